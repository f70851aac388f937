"""What is to be said of a smart playlist's tracks, in plain words, for both the window and the command line."""

from __future__ import annotations

from musicsim.base.counts import counted
from musicsim.services.making.smart_lists import SmartContent


def remarks(content: SmartContent) -> list[str]:
    """Return why a smart playlist has no more tracks, one sentence each."""
    if content.problem:
        return [content.problem]
    said: list[str] = []
    for name in content.lost:
        said.append(f"There is no playlist named “{name}”, or it refers back to this one.")
    if content.nothing_lately:
        said.append("Nothing has been played yet that this list could sound like.")
    if content.unheard:
        said.append(
            "musicsim has not listened to all of the tracks that this list should sound like."
        )
    if content.missing:
        verb = "is" if content.missing == 1 else "are"
        said.append(
            f"{counted(content.missing, 'more track')} {verb} missing, or on a disk that is not connected."
        )
    if content.banned:
        verb = "is" if content.banned == 1 else "are"
        said.append(f"{counted(content.banned, 'more track')} {verb} left out: never to be played.")
    if content.unknown_lengths:
        verb = (
            "states no length and counts"
            if content.unknown_lengths == 1
            else "state no length and count"
        )
        said.append(f"{counted(content.unknown_lengths, 'track')} {verb} as long as the mean.")
    if not said and not content.track_ids:
        said.append(
            "No track matches the rules." if not content.matched else "The limit leaves no track."
        )
    return said
