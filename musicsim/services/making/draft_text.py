"""A draft as text, so that it is there again at the next start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from musicsim.library.query.filters import Filters
from musicsim.playlists.arranging import Order
from musicsim.playlists.rules.rules import Rules, Window
from musicsim.services.making.drafts import Draft
from musicsim.services.making.request import Mode
from musicsim.services.making.seeds import Seed, SeedKind


def draft_as_text(draft: Draft) -> str:
    """Return a draft as JSON; tracks are named by their ids."""
    rules = asdict(draft.rules)
    # Bans are the catalogue's, and the date is the day's.
    for name in ("bans", "today", "firm"):
        del rules[name]
    for name in ("let_in", "without"):
        rules[name] = sorted(rules[name])
    return json.dumps({**asdict(draft), "rules": rules}, ensure_ascii=False)


def draft_from_text(text: str) -> Draft | None:
    """Return the draft in a text; None if it holds none that this version can read."""
    try:
        content = json.loads(text)
        return _draft(content)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _draft(content: Mapping[str, Any]) -> Draft:
    minutes = content["minutes"]
    return Draft(
        seeds=tuple(
            Seed(
                SeedKind(each["kind"]),
                str(each["name"]),
                tuple(map(int, each["track_ids"])),
                float(each["weight"]),
            )
            for each in content["seeds"]
            if each["track_ids"]
        ),
        mode=Mode(content["mode"]),
        order=Order(content["order"]),
        variety=min(1.0, max(0.0, float(content["variety"]))),
        length=max(1, int(content["length"])),
        minutes=None if minutes is None else max(1.0, float(minutes)),
        rules=_rules(content["rules"]),
        seasonal=bool(content["seasonal"]),
        number=max(0, int(content["number"])),
        locked=_places(content["locked"]),
        held=_places(content["held"]),
    )


def _places(content: Any) -> tuple[tuple[int, int], ...]:
    return tuple((max(0, int(place)), int(track_id)) for place, track_id in content)


def _rules(content: Mapping[str, Any]) -> Rules:
    fields = dict(content)
    filters = dict(fields["filters"])
    for name in ("years", "durations"):
        filters[name] = [tuple(_number(bound) for bound in each) for each in filters[name]]
    fields["filters"] = Filters(**{name: tuple(each) for name, each in filters.items()})
    for name in ("artist_window", "album_window", "song_window"):
        fields[name] = Window(int(fields[name]["tracks"]), float(fields[name]["minutes"]))
    for name in ("let_in", "without"):
        fields[name] = frozenset(map(int, fields[name]))
    for name in ("max_per_artist", "max_per_album", "shortest", "longest", "tempo_step"):
        fields[name] = _number(fields[name])
    fields["genre_groups"] = tuple(tuple(map(str, group)) for group in fields["genre_groups"])
    fields["near_duplicates"] = bool(fields["near_duplicates"])
    fields["matching_keys"] = bool(fields["matching_keys"])
    return Rules(**fields)


def _number(value: Any) -> float | int | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise ValueError(f"{value!r} is no number")
