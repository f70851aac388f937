"""The words with which programs, shops and listeners say which version of a song a track is, in many languages."""

from __future__ import annotations

import re

from musicsim.library.query.folding import fold
from musicsim.playlists.rules.key_words import word_set

LIVE = word_set(
    "live directo direct concert concierto konzert koncert konsert nazivo zywo livena canlı unplugged",
    "élő elő elo uživo živě živo nažívo лайв концерт концертная концертный концертное концертна живьём вживую "
    "наживо живой",
    "живая живое ζωντανά ζωντανή לייב הופעה בהופעה מופע חיה حفلة مباشر लाइव",
)
"""Words for a concert."""
LIVE_AT = tuple(
    tuple(fold(phrase).split())
    for phrase in (
        "live", "ao vivo", "en vivo", "en directo", "en direct", "en concert", "en concierto", "en public", "dal vivo",
        "in concert", "in concerto", "im konzert", "na żywo", "naživo", "uživo", "живой концерт", "концерт", "вживую",
        "наживо", "unplugged",
        "živě", "élő", "konserden", "concert", "mtv unplugged", "recorded live", "recorded at", "live recorded",
        "canlı", "koncert",
    )
)  # fmt: skip
"""Phrases that a place, or a year, may follow or precede."""
NO_LIVE = word_set(
    "and forever your my our his her their for free wire like life long without as to it up young fast again "
    "through",
    "with who that i you we they is or die love not where how what when can let must dont cant wont want gotta "
    "born will",
    "would could should never always may only still people way so if but more than alive by inside",
)
"""Words beside which "live" is a verb."""
VERSION = word_set(
    # English
    "edition size vocal vocals mastered acoustic remaster remastered remastering remasters remix remixed mix "
    "mixed edit edited version versions ver vers demo demos instrumental inst karaoke acapella acappella cappella "
    "session sessions rehearsal rehearsals outtake outtakes alternate alternative alternates alt extended "
    "explicit clean dirty censored uncensored mono monaural stereo bonus rework reworked recorded rerecorded "
    "rerecording recording remake dub vip bootleg reissue reissued unreleased uncut orchestral symphonic stripped "
    "sped slowed nightcore official lyrics lyric visualizer visualiser hd hq mv 4k deluxe original single album "
    "studio radio video audio clip remastd rmst rmx arranged arrangement unedited unmixed vault atmos binaural "
    "upmix refix flip mashup offvocal",
    # German, Dutch, Swedish, Danish, Norwegian
    "fassung neufassung originalfassung aufnahme neuaufnahme liveaufnahme mitschnitt konzertmitschnitt akustik "
    "akustisch überarbeitet überarbeitete abgemischt remastert orchesterfassung kurzfassung langfassung "
    "generalprobe bonustrack ungekürzt versie akoestisch opname sessie geremasterd liveopname akustisk versjon "
    "udgave inspelning liveinspelning optagelse opptak nyinspelning konsertopptak",
    # French, Spanish, Portuguese, Italian, Catalan, Romanian
    "acoustique remasterisé remasterisée remasterisation inédit inédite instrumentale maquette enregistrement "
    "intégrale allongée orchestrale démo répétition acústico acústica remasterizado remasterizada remasterización "
    "maqueta ensayo edición mezcla remezcla sesión sesiones extendida extendido inédito inédita grabación versión "
    "remasterização versão edição ensaio gravação mixagem remistura sessão sessões estendida estendido "
    "remasterizados acustico acustica rimasterizzato rimasterizzata versione edizione provino sessione "
    "strumentale registrazione inedito inedita estesa missaggio remasteritzat versió versiune înregistrare "
    "orquestal orquestral",
    # Polish, Czech, Slovak, South Slavic, Hungarian, Finnish, Turkish
    "radiowa radiowy wersja akustyczna akustyczny koncertowa koncertowe koncertowy zremasterowany zremasterowana "
    "nagranie próba verze živá akustická nahrávka verzia verzija akustična uživo snimka verzió változat "
    "akusztikus felvétel koncertfelvétel versio akustinen äänitys konserttitallenne versiyon akustik kayıt "
    "enstrümantal konseri düzenleme",
    # Russian, Ukrainian, Bulgarian, Greek
    "стерео моно версия версии версія акустика акустическая акустический акустическое акустична ремастер "
    "ремастеринг ремастированный ремастированная ремастированное ремикс ремікс микс мікс демо инструментал "
    "инструментальная инструментальный караоке минус минусовка запись запис студийная студійна репетиция бонус "
    "сессия неизданное неизданная оригинал оригинальная альбомная расширенная переиздание изпълнение εκτέλεση "
    "ηχογράφηση διασκευή ακουστική ορχηστρική",
    # Hebrew, Arabic, Hindi, Indonesian
    "גרסה גרסת גירסה אקוסטי אקוסטית רמיקס דמו אינסטרומנטלי קריוקי ريمكس نسخة ريميكس موسيقي रीमिक्स संस्करण वर्जन "
    "वर्शन अकूस्टिक versi akustik rekaman langsung",
)
"""Words of a version."""
FILLING = word_set(
    "lounge the a an of and at in from on for by as new old early first second third rough digital digitally "
    "analog analogue special anniversary expanded limited track tracks full length long short longer shorter "
    "length extra super tape tapes bbc mtv peel kexp npr itunes spotify amazon youtube apple music uk us usa "
    "japan japanese german english spanish french italian inch vinyl lp ep cd dvd rpm piano guitar string strings "
    "vox voice male female solo duet band club dance house film movie tv soundtrack ost cut master up down reverb "
    "only no off backing home take vivo concerto main dolby spatial re 8d 3d",
    "der die das und aus von mit im am vom beim neu neue digital",
    "en de du des le la les au aux et avec sur à piste face longue courte nouvelle el los las y del con nueva "
    "versao do da dos das no na com nova faixa il lo dal di nuova con e ed",
    "na w z nowa av på met van het een i og och",
    "новая старая цифровой цифровая радио новый на в из нова",
)
"""Words that say nothing about the version, but may stand beside those that do."""
NAMED_VERSION = word_set(
    "remix rmx mix edit version ver vers dub rework remake bootleg vip remaster remastered refix flip session "
    "sessions demo demos remixes instrumental acoustic karaoke mono stereo outtake arrangement unplugged fassung "
    "aufnahme versión versão versione versie verze wersja verzija verzia verzió versio versjon versiyon versiune "
    "mezcla versi",
    "версия версія ремикс ремікс микс мікс εκτέλεση גרסה רמיקס ريمكس نسخة",
)
"""Last words of a named version, such as David Guetta Remix."""
NO_NAME = word_set("the my your a in our this no")
"""Words after which those are part of a title: In the Mix."""
COMPOUND = re.compile(
    ""
    "(?:live|album|radio|single|studio|akustik|original|extended|club|demo|kurz|lang|piano|instrumental|orchester|maxi|karaoke|konzert|film|solo|remix|band|neu|chor)(?:version|fassung|mix|edit|aufnahme|mitschnitt|versie|opname|versjon)"
)
"""Words of Germanic languages that name a version, such as Albumversion."""
NUMBERED = word_set("take toma prise tomada дубль テイク")
NUMBERS = word_set("one two three four five six seven eight nine ten")
"""Words that make a version with a number."""
SURE_GUESTS = word_set("feat ft featuring prod produced")
GUESTS = SURE_GUESTS | word_set("with avec con com mit med duet dueto duetto")
"""First words of a note about guests."""
NO_GUEST = word_set(
    "me you u us him her them it this that a an my your our his no out all love everything every nothing or",
    "moi toi lui nous vous mi ti me migo tigo el la un una te nos dir mir uns euch dem der einem",
)
"""Words after which "with" is part of a title: Dance (With Me)."""

_KANA = word_set(
    "ライブ ライヴ バージョン ヴァージョン ヴァ-ジョン リミックス ミックス リマスター リマスタリング "
    "アコースティック インストゥルメンタル インストルメンタル インスト カラオケ デモ オリジナル アンプラグド "
    "アレンジ セッション エディット ショート フル サイズ スタジオ テイク モノラル ステレオ コンサート シングル "
    "アルバム レコーディング",
)
_ANYWHERE = word_set(
    "オフボーカル 新録 弾き語り 生演奏 生歌 伴奏 演唱会 演唱會 现场 現場 混音 重制 重製 纯音乐 純音樂 日本語ver "
    "翻唱 不插电 不插電 版本 重录 重錄 试听 主题曲 主題曲 主題歌 片尾曲 片头曲 插曲 清唱 独奏 라이브 버전 버젼 "
    "리믹스 리마스터 어쿠스틱 인스트 반주 데모 편곡 공연 실황 แสดงสด บันทึกการแสดงสด เวอร์ชั่น เวอร์ชัน อะคูสติก "
    "รีมิกซ์",
)
_LONGER = "(?:{})".format("|".join(sorted(_KANA, key=len, reverse=True)))
UNSPACED = re.compile(
    f"(?<![ァ-ヺー]){_LONGER}+(?![ァ-ヺー])|{'|'.join(_ANYWHERE)}|^{fold('สด')}$|版$|(?<![a-z])ver$"
)
"""Words of a version in scripts without spaces, where a longer word of katakana is another word."""
