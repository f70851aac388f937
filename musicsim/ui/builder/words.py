"""What the builder says, in plain words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from musicsim.library.types import Track
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.rules import Window
from musicsim.playlists.rules.spacing import MINUTES_OF_A_TRACK
from musicsim.services.making.drafts import Draft, Lacking
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.services.texts import hidden_text, relaxed_text, unknown_lengths_text
from musicsim.ui.kit import formats
from musicsim.ui.tracks.track_model import one_line

SEED_ICONS = {
    SeedKind.TRACK: "note",
    SeedKind.ARTIST: "seed-artist",
    SeedKind.ALBUM: "seed-album",
    SeedKind.GENRE: "seed-genre",
    SeedKind.PLAYLIST: "playlist",
}
_MOST_REASONS = 3


def tr(text: str) -> str:
    """Return a text of the builder in the listener's language."""
    return QCoreApplication.translate("builder", text)


def kind_name(kind: SeedKind) -> str:
    """Return what a seed is."""
    names = {
        SeedKind.TRACK: tr("Track"),
        SeedKind.ARTIST: tr("Artist"),
        SeedKind.ALBUM: tr("Album"),
        SeedKind.GENRE: tr("Genre"),
        SeedKind.PLAYLIST: tr("Playlist"),
    }
    return names[kind]


def weight_name(weight: float) -> str:
    """Return how much a seed counts in a mix."""
    if weight < 0:
        return tr("much less of this") if weight <= -2 else tr("less of this")
    if weight < 1:
        return tr("a little of this")
    return tr("much more of this") if weight >= 4 else tr("more of this") if weight > 1 else ""


def weight_sign(weight: float) -> str:
    """Return the short form of a weight, shown on a chip."""
    if weight < 0:
        return "− −" if weight <= -2 else "−"
    return "½" if weight < 1 else f"x {weight:.0f}" if weight > 1 else ""


def seed_summary(seed: Seed) -> str:
    """Return what a seed is and how large, such as "Album · 12 tracks"."""
    if seed.kind is SeedKind.TRACK:
        return kind_name(seed.kind)
    count = formats.counted("lists", len(seed.track_ids), "%n track", "%n tracks")
    return f"{kind_name(seed.kind)} · {count}"


def lacking_text(lacking: Lacking, waiting: int, failed: Track | None) -> str:
    """Return what the listener can do so that there is a list.

    Parameters
    ----------
    lacking
        What the draft lacks.
    waiting
        The number of tracks that have not been listened to yet.
    failed
        A track that it is made from, but that can't be listened to.
    """
    match lacking:
        case Lacking.SEEDS:
            return tr(
                "What should it sound like?\n\n"
                "Drop tracks or playlists here, or type a name above:\n"
                "a track, an artist, an album, a genre or a playlist."
            )
        case Lacking.LISTENED if failed is not None:
            return tr("musicsim can’t listen to “{0}”: {1}.\nAdd something else.").format(
                one_line(failed.title), failed.problem
            )
        case Lacking.LISTENED:
            text = tr("musicsim has not listened to this music yet.\nThe list appears when it has.")
            if waiting:
                more = formats.counted("builder", waiting, "%n track to go.", "%n tracks to go.")
                text = f"{text}\n\n{more}"
            return text
        case Lacking.GOAL:
            return tr(
                "Where should the journey end?\n\n"
                "Drop a track here, or type a name above.\nWith more than two, it passes them in their order."
            )
        case Lacking.WANTED:
            return tr(
                "So far this only says what you want less of.\nAdd something that it should sound like."
            )


def relaxed_note(made: GeneratedPlaylist) -> str:
    """Return which rules a list doesn't keep; empty if it keeps all."""
    if not made.relaxed:
        return ""
    return tr("Too few tracks keep all your rules. So there is: {0}.").format(
        "; ".join(map(relaxed_text, made.relaxed))
    )


def lengths_note(made: GeneratedPlaylist) -> str:
    """Return how tracks count that state no length; empty if all do, or if it doesn't matter."""
    if made.wanted_minutes is None or not made.unknown_lengths:
        return ""
    return unknown_lengths_text(made.unknown_lengths, MINUTES_OF_A_TRACK)


def short_note(made: GeneratedPlaylist) -> str:
    """Return why a list is shorter than asked; empty if it isn't."""
    if not made.is_short:
        return ""
    if made.wanted_minutes is not None:
        text = tr("{0} instead of {1}").format(
            formats.span(made.duration), formats.span(60 * made.wanted_minutes)
        )
    else:
        text = tr("{0} tracks instead of {1}").format(
            formats.number(len(made.matches)), formats.number(made.wanted or 0)
        )
    if made.most is not None:
        longest = formats.counted("builder", made.most, "%n track", "%n tracks")
        return tr("{0}: a journey has {1} at most.").format(text, longest)
    most = sorted(made.hidden.items(), key=lambda each: -each[1])[:_MOST_REASONS]
    if not most:
        return tr(
            "{0}: there is no more music that can be played now and has been listened to."
        ).format(text)
    reasons = ", ".join(
        f"{hidden_text(why)} ({formats.number(count)})" for why, count in most if count
    )
    return tr("{0}: the others are {1}.").format(text, reasons)


def rules_summary(draft: Draft) -> str:
    """Return the rules and filters that hold, in one line."""
    rules, filters = draft.rules, draft.rules.filters
    parts = []
    if rules.max_per_artist is not None:
        parts.append(tr("at most {0} per artist").format(rules.max_per_artist))
    if rules.max_per_album is not None:
        parts.append(tr("at most {0} per album").format(rules.max_per_album))
    for text, window in (
        (tr("the same artist after {0}"), rules.artist_window),
        (tr("the same album after {0}"), rules.album_window),
        (tr("the same song after {0}"), rules.song_window),
    ):
        if window:
            parts.append(text.format(_window(window)))
    lengths = filters.durations[0] if filters.durations else (rules.shortest, rules.longest)
    if text := _range(lengths):
        parts.append(tr("{0} min").format(text))
    if filters.years and (text := _range(filters.years[0])):
        parts.append(text)
    for text, names in (
        (tr("only {0}"), (*filters.artists, *filters.genres)),
        (tr("without {0}"), (*filters.not_artists, *filters.not_genres)),
    ):
        if names:
            parts.append(text.format(", ".join(names)))
    if rules.tempo_step is not None:
        parts.append(tr("tempo within {0} %").format(_short(rules.tempo_step)))
    if rules.matching_keys:
        parts.append(tr("keys that match"))
    if rules.genre_groups:
        parts.append(tr("genres that belong together"))
    if rules.near_duplicates:
        parts.append(tr("other versions too"))
    if draft.seasonal:
        parts.append(tr("seasonal music at any time"))
    if draft.exceptions:
        parts.append(formats.counted("builder", draft.exceptions, "%n exception", "%n exceptions"))
    return " · ".join(parts) or tr("none")


def _window(window: Window) -> str:
    if window.minutes:
        return tr("{0} min").format(_short(window.minutes))
    return formats.counted("lists", window.tracks, "%n track", "%n tracks")


def _range(bounds: tuple[float | None, float | None]) -> str:
    low, high = bounds
    if low is None:
        return "" if high is None else tr("up to {0}").format(_short(high))
    return tr("from {0}").format(_short(low)) if high is None else f"{_short(low)}–{_short(high)}"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
