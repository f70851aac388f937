"""Smart playlists as text and JSON."""

from __future__ import annotations

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.cli.output import UsageError, path_text, printable
from musicsim.playlists.smart.rules import Group, SmartRules
from musicsim.playlists.smart.syntax import rule_text
from musicsim.services.making.smart_lists import SmartList


def found_list(app: Musicsim, name: str) -> SmartList:
    """Return the smart playlist of a name; `UsageError` if there is none."""
    if (found := app.smart_lists.named(name)) is None:
        raise UsageError(
            f"There is no smart playlist named “{printable(name)}”: `musicsim smart list --hidden` names them all."
        )
    return found


class TrackNames:
    """Names of the tracks in rules of sound by their paths, which `--rule` reads."""

    def __init__(self, app: Musicsim) -> None:
        self._tracks = app.catalogue.tracks
        self._known: dict[int, str] = {}

    def __call__(self, track_id: int) -> str:
        """Return the path of a track."""
        if track_id not in self._known:
            found = self._tracks.by_id([track_id])
            self._known[track_id] = path_text(found[0].path) if found else "a track that is gone"
        return self._known[track_id]

    def keep(self, group: Group) -> None:
        """Look up the names while the library is open."""
        rule_text(group, name=self)


def names_of_tracks(app: Musicsim) -> TrackNames:
    """Return the names of all tracks in rules of sound, for when the library is closed."""
    names_of = TrackNames(app)
    for each in app.smart_lists.all(hidden=True):
        names_of.keep(each.rules.group)
    return names_of


def rules_json(each: SmartList, name: TrackNames) -> dict[str, object]:
    """Return a smart playlist for JSON, its rules as `--rule` reads them."""
    rules = each.rules
    return {
        "name": each.name,
        "ready_made": each.ready_made is not None,
        "edited": each.is_edited,
        "hidden": each.hidden,
        "match": "any" if rules.group.any else "all",
        "rules": [rule_text(part, name=name) for part in rules.group.parts],
        "order": rules.order.by.value,
        "descending": rules.order.descending,
        "rng_seed": rules.order.number,
        "length": rules.tracks,
        "minutes": rules.minutes,
        "daily": rules.daily,
        "known_per_new": rules.known_per_new,
        "problem": each.problem or None,
    }


def rules_text(rules: SmartRules, name: TrackNames) -> str:
    """Return all rules of a smart playlist in one line."""
    texts = []
    for part in rules.group.parts:
        text = rule_text(part, name=name)
        is_group = isinstance(part, Group) and not part.negated and len(rules.group.parts) > 1
        texts.append(f"({text})" if is_group else text)
    said = [(" or " if rules.group.any else "; ").join(texts) or "all tracks"]
    if rules.known_per_new is not None:
        said.append(f"one never played after every {rules.known_per_new}")
    way = ", descending" if rules.order.descending else ""
    said.append(f"by {rules.order.by}{way}")
    if rules.tracks is not None:
        said.append(counted(rules.tracks, "track"))
    if rules.minutes is not None:
        said.append(f"{rules.minutes:g} minutes")
    if rules.daily:
        said.append("the same all day")
    return " · ".join(said)
