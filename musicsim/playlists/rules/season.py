"""Seasonal music: what tags say of Christmas and Halloween, and when that is."""

from __future__ import annotations

import enum
import re
from datetime import date
from functools import lru_cache

from musicsim.library.query.folding import fold
from musicsim.library.query.genres import genres_in
from musicsim.library.types import Track


class Season(enum.Enum):
    """A season that has music of its own."""

    CHRISTMAS = "christmas"
    HALLOWEEN = "halloween"

    def includes(self, day: date) -> bool:
        """Return whether the season's music is played on this day."""
        (first, last) = _DAYS[self]
        now = (day.month, day.day)
        return first <= now <= last if first <= last else now >= first or now <= last


_DAYS = {
    # From the end of November, when Advent may begin, to Epiphany and to Christmas in the East.
    Season.CHRISTMAS: ((11, 25), (1, 7)),
    Season.HALLOWEEN: ((10, 15), (11, 2)),
}

# In folded text. Of languages with cases and compounds the beginning of the word, unless names begin in the same way:
# Kerstin, Julia, Natalie.
_CHRISTMAS_WORDS = (
    r"christmas(?:time|sy)?|x[- ]?mas|yule(?:tide)?|noels?|navidad(?:es)?|navideno\w*|villancicos?|nadal(?:es)?|natale|"
    r"natalino|natalizi\w*|(?<!pre[- ])(?<!post[- ])(?<!neo[- ])(?<!kwazulu[- ])natal(?! chart)|weihnacht\w*|"
    r"wiehnacht\w*|advents\w+|adventlied\w*|advent,? advent|im advent|kerst|"
    r"kerst(?:mis|feest|lied|nacht|boom|tijd|man|avond|dag|muziek|hit|album|concert|song|klok)\w*|"
    r"(?:god|glaedelig|gledelig|stralande|hej) jul|julen|"
    r"jule?(?:afton|aften|sang|lat|musik|natt?|tomte|tid|lys|mand|nisse)\w*|"
    r"joulu\w*|boze(?:go)? narodzeni\w*|koled\w*|vanoc\w*|vianoc\w*|bozic\w*|karacson\w*|craciun\w*|"
    r"colind(?:a|e|ele|ul)?|kaled\w*|ziemassvetk\w*|giang sinh|рождеств\w*|різдв\w*|колядк\w*|колед\w*|божић\w*|"
    r"щедрик|χριστουγενν\w*|כריסמס|كريسماس"
)
_CHRISTMAS_SONGS = (
    "jingle bells?|let it snow|winter wonderland|santa claus|santa baby|rudolph,? the red|silent night|stille nacht|"
    "noche de paz|noite feliz|astro del ciel|tu scendi dalle stelle|deck the halls|little drummer boy|"
    "frosty the snowman|o holy night|away in a manger|hark,? the herald|we three kings|adeste fideles|sleigh ride|"
    "carol of the bells|oh? tannenbaum|o du frohliche|leise rieselt der schnee|minuit,? chretiens|"
    "god rest (?:ye|you),? merry"
)
_CHRISTMAS_ANYWHERE = (
    "クリスマス",
    "圣诞",
    "聖誕",
    "平安夜",
    "크리스마스",
    "성탄",
    "คริสต์มาส",
    "क्रिसमस",
)
_HALLOWEEN_ANYWHERE = ("ハロウィン", "ハロウィーン", "万圣节", "萬聖節", "할로윈", "핼러윈")


def _pattern(words: str, anywhere: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b|{'|'.join(map(fold, anywhere))}")


_CHRISTMAS = _pattern(f"{_CHRISTMAS_WORDS}|{_CHRISTMAS_SONGS}", _CHRISTMAS_ANYWHERE)
_HALLOWEEN = _pattern("halloween|samhain|monster mash", _HALLOWEEN_ANYWHERE)


def season_of(track: Track) -> Season | None:
    """Return the season that a track's genre, title or album names, if any.

    The artist's own name is none: "Noel Gallagher's High Flying Birds" is for any day.
    """
    tags = track.tags
    if season := _season(tags.genre):
        return season
    # Shops file all of it under this.
    if "holiday" in genres_in(tags.genre):
        return Season.CHRISTMAS
    for text in (tags.title, tags.album):
        if season := _season(text):
            without = fold(text)
            for name in (fold(tags.artist), fold(tags.album_artist)):
                # One word alone is rather a tag of all Christmas music than somebody's name.
                if " " in name:
                    without = without.replace(name, " ")
            if season := _season(without):
                return season
    return None


def is_out_of_season(track: Track, day: date) -> bool:
    """Return whether a track is seasonal, and its season is another one."""
    season = season_of(track)
    return season is not None and not season.includes(day)


@lru_cache(maxsize=16_384)
def _season(text: str) -> Season | None:
    folded = fold(text)
    if _CHRISTMAS.search(folded):
        return Season.CHRISTMAS
    return Season.HALLOWEEN if _HALLOWEEN.search(folded) else None
