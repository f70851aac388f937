"""Telling whether bytes, read in some encoding, make words of a language that was written in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["READINGS", "Reading"]

# Roman and circled numbers and wide Latin letters don't indicate a language.
_WORD = re.compile(r"(?:(?![\u2160-\u217f\u2460-\u24ff\uff21-\uff3a\uff41-\uff5a])[^\W\d_])+")
_CYRILLIC = re.compile("[а-яёіїєґў]", re.IGNORECASE)
_CYRILLIC_WORD = re.compile(f"{_CYRILLIC.pattern}+", re.IGNORECASE)
# Characters in cp1251 that bytes of other languages become, and that Russian doesn't have beside a letter.
_NO_RUSSIAN = re.compile("[а-яёіїєґў][¤¦§¬°±µ¶·№]|[¤¦§¬°±µ¶·][а-яёіїєґў]", re.IGNORECASE)
_CAPITAL_INSIDE = re.compile(r"(?<=[^\W\d_A-ZА-ЯЁІЇЄҐЎ])[A-ZА-ЯЁІЇЄҐЎ]")
_RUSSIAN_VOWELS = frozenset("аеёиоуыэюяіїє")
_JAPANESE = re.compile("[ぁ-ゖァ-ヺー一-龠々〆ヶ〇]")
_KANA = re.compile("[ぁ-ゖァ-ヺー]")
_KOREAN = re.compile("[가-힣一-龠豈-龎]")
_CHINESE = re.compile("[一-龠〇]")
# The syllables that make up most Korean text. Chinese text also decodes as syllables, but seldom as these.
_KOREAN_SYLLABLES = frozenset(
    "가각간갈감강같개거건걸것게겨결경계고곡공과관광구국군귀그근금기길김까깨꽃꿈끝나난날남내너널네노녀녹논놀누눈는늘니님"
    "다단달당대더던데도독동되된두둘든들듯등때떠또라란람랑래러런렇려력련로록론롭루류르른를름리린림마만말맘망맞매머먼멀메면명"
    "모목몰못무문물미민믿바박밖반발밤방배버번벌벗별병보복본봄부북분불비빛빠사산살삶삼상새색생서석선설성세소속손송수순술숨숙쉬"
    "슬습승시식신실심싶써아악안않알앞애야약양어언얼없엄에여연열영예오온올와왜외요용우운울원월위유윤으은을음의이인일임입있자작"
    "잔잘장재저적전절점정제조종좋주죽준중지직진집차찬참창처천철첫청체초최추춤친카크타태터토투트파편포표품풍프피하학한할함해행"
    "향허혁현형혜호홍화환황회후휘흐흔희히힘"
)
# The characters that make up most Chinese text and names, as written on the mainland and elsewhere. GB 18030 and Big5
# give nearly all bytes of the other some character, but seldom these.
_USUAL = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情"
    "明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给"
    "世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太"
    "量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
    "完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运爱歌梦夜雨风花雪红蓝黑青春夏秋"
    "冬星泪吻恋伤离唱曲乐音舞酒醉忘忆永远孤独寂寞幸福快念温柔城故乡妈爸朋友待静龙凤飞云洋河江湖草树叶林森李刘陈杨赵黄周吴徐孙"
    "胡朱郭罗梁宋郑谢韩唐冯董萧曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛阎余潘杜戴钟汪田姜范石姚谭廖邹熊陆郝孔崔康毛邱秦史顾侯邵孟段雷"
    "钱汤尹黎易武乔贺赖龚华杰伦荣菲燕姿健亲愿谁灯岁鸟岛绿颜吉他钢琴"
    "這個們來為國說時會對發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問應戰頭體見產給門兒東聲員論處義幾認條氣題爾"
    "別變總電數報結務場計據決達難權許統區隊書聽強設類邊張該規萬覺術領確傳師觀讓識帶導爭運愛夢風紅藍黑淚戀傷離樂憶遠獨歡溫雲龍"
    "鳳飛樹葉劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧呂蘇盧蔣賈閻餘鐘鍾陸顧錢湯喬賀賴龔華傑倫榮麗園圓滿陽陰親兄偉願誰燈夠雙歲過繼續鳥島"
    "綠顏鋼寶貝專輯聖誕漢語粵"
)
_COMMON = 0.4
"""The share of usual characters in Chinese text. Bytes of other encodings become rare ones."""
_GB_2312_LEVEL_1 = frozenset(bytes([byte]) for byte in range(0xB0, 0xD8))
"""First bytes of the 3,755 characters that are ordered by their sound, and so are taught."""


def _russian(text: str) -> bool:
    words = _foreign_words(text)
    letters = [letter for word in words for letter in word if not letter.isascii()]
    vowels = sum(letter in _RUSSIAN_VOWELS for letter in "".join(letters).casefold())
    capitals = [len(_CAPITAL_INSIDE.findall(word)) for word in words]
    return (
        any(len(word) > 2 and _CYRILLIC_WORD.fullmatch(word) for word in words)
        and all(map(_CYRILLIC.fullmatch, letters))
        and not _NO_RUSSIAN.search(text)
        # Some bands write one of their letters in Latin, or as a capital; Latin words have only an occasional accent.
        and len(letters) >= 0.8 * sum(map(len, words))
        and max(capitals) <= 1
        and sum(capitals) <= len(words) / 2
        and 0.2 <= vowels / len(letters) <= 0.75
    )


def _japanese(text: str) -> bool:
    # It also contains Greek letters and the like.
    return _share(_JAPANESE, text) >= 0.8


def _korean(text: str) -> bool:
    letters = "".join(_foreign_words(text))
    known = sum(letter in _KOREAN_SYLLABLES for letter in letters)
    return _share(_KOREAN, text) >= 0.8 and known >= 0.5 * len(letters)


def _chinese(text: str) -> bool:
    return _share(_CHINESE, text) == 1 and _commonness(text) >= _COMMON


def _chinese_or_japanese(text: str) -> bool:
    # Chinese programs write kana too.
    return _share(_JAPANESE, text) == 1 and _commonness(text) >= _COMMON


def _japanese_with_kana(text: str) -> bool:
    # Without any, it may be Chinese or Korean.
    return _KANA.search(text) is not None and _japanese(text)


def _commonness(text: str) -> float:
    """Return the share of usual characters among those of foreign words; others that are taught count half."""
    letters = "".join(_foreign_words(text))
    known = [
        1.0 if letter in _USUAL or _KANA.match(letter) else _taught(letter) for letter in letters
    ]
    return sum(known) / len(known) if known else 0.0


def _taught(letter: str) -> float:
    return 0.5 if letter.encode("gb2312", "ignore")[:1] in _GB_2312_LEVEL_1 else 0.0


def _first(_text: str) -> float:
    return 1.0


def _share(script: re.Pattern[str], text: str) -> float:
    """Return the share of a script among the letters of foreign words."""
    letters = "".join(_foreign_words(text))
    return len(script.findall(letters)) / len(letters) if letters else 0.0


def _foreign_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isascii()]


@dataclass(frozen=True, slots=True)
class Reading:
    """An encoding, and how to tell text in it."""

    encoding: str
    makes_words: Callable[[str], bool]
    """Returns whether text, decoded from this encoding, is of a language that is written in it."""
    commonness: Callable[[str], float] = _first
    """Returns the share of characters that are usual in its languages, to compare with the others of a group."""


READINGS: tuple[tuple[Reading, ...], ...] = (
    (Reading("cp1251", _russian),),
    (Reading("euc_kr", _korean),),
    (Reading("cp932", _japanese),),
    (Reading("cp949", _korean),),  # its rare syllables overlap with the letters of Shift-JIS
    (
        Reading("gb18030", _chinese_or_japanese, _commonness),
        Reading("cp950", _chinese, _commonness),
        Reading("euc_jp", _japanese_with_kana, _commonness),
    ),
)
"""Groups of readings, the more certain group first. Of a group, the one with the most usual characters is taken."""
