"""Seasonal music: what tags say of Christmas and Halloween, and when that is."""

from __future__ import annotations

import enum
import re
from datetime import date
from functools import lru_cache

from musicsim.library.query.folding import fold
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
    # From the end of November, when Advent may begin, to Epiphany.
    Season.CHRISTMAS: ((11, 25), (1, 6)),
    Season.HALLOWEEN: ((10, 15), (11, 2)),
}

# Words in folded text. Of languages with cases and compounds, the beginning of the word.
_CHRISTMAS = re.compile(
    r"\b(?:christmas|christmastime|xmas|x mas|yuletide|noel|noels|navidad|navidades|navideno\w*|villancicos?|nadal|"
    r"natal|natalino|natale|natalizi\w*|weihnacht\w*|advent(?:s\w+)?|kerst\w*|god jul|julen|jul(?:sang|lat|musik)\w*|"
    r"joulu\w*|boze narodzenie|koled\w*|vanoc\w*|vianoc\w*|karacson\w*|craciun\w*|colind\w*|"
    r"jingle bells?|let it snow|winter wonderland|santa claus|rudolph|silent night|stille nacht|feliz navidad|"
    r"deck the halls|little drummer boy|frosty the snowman|рождеств\w*|різдв\w*|колядк\w*|"
    r"χριστουγενν\w*)\b|クリスマス|圣诞|聖誕|크리스마스|성탄"
)
_HALLOWEEN = re.compile(r"\b(?:halloween|samhain)\b|ハロウィン|万圣节|萬聖節|할로윈")


def season_of(track: Track) -> Season | None:
    """Return the season that a track's genre, title or album names, if any."""
    tags = track.tags
    return _season(tags.genre) or _season(tags.title) or _season(tags.album)


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
