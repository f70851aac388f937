"""`like`, `ban` and their opposites: what the listener thinks of tracks, albums and artists."""

from __future__ import annotations

import argparse
from functools import partial

from musicsim.app import Musicsim
from musicsim.cli.matching import TRACK_HELP, find_file, library_track
from musicsim.cli.output import (
    Commands,
    UsageError,
    local_time,
    path_text,
    print_json,
    print_table,
    printable,
    say,
    short,
    utc_time,
)
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.types import Track

_GIVING = {
    Opinion.LIKED: ("like", "like a track; without TRACK, list what you like"),
    Opinion.BANNED: ("ban", "never put a track in a list; without TRACK, list what is banned"),
}
_WITHDRAWING = {
    Opinion.LIKED: ("unlike", "no longer like a track"),
    Opinion.BANNED: ("unban", "let a banned track in lists again"),
}
_DONE = {
    Opinion.LIKED: "You like {0}.",
    Opinion.BANNED: "Banned: {0}. No list that musicsim makes has it.",
}
_UNDONE = {
    Opinion.LIKED: "No longer liked: {0}.",
    Opinion.BANNED: "No longer banned: {0}.",
}
_SUBJECTS = {
    Subject.TRACK: "“{0}”",
    Subject.ALBUM: "the album “{0}”",
    Subject.ARTIST: "the artist “{0}”",
}


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    for opinion, (name, help_text) in _GIVING.items():
        command = commands.add_parser(name, help=help_text)
        command.add_argument("track", nargs="?", metavar="TRACK", help=_help())
        _add_subjects(command)
        command.add_argument("--json", action="store_true")
        command.set_defaults(run=partial(give, opinion))
    for opinion, (name, help_text) in _WITHDRAWING.items():
        command = commands.add_parser(name, help=help_text)
        command.add_argument("track", metavar="TRACK", help=_help())
        _add_subjects(command)
        command.set_defaults(run=partial(withdraw, opinion))


def _help() -> str:
    return f"{TRACK_HELP}; with --album or --artist also its title or name"


def _add_subjects(command: argparse.ArgumentParser) -> None:
    subjects = command.add_mutually_exclusive_group()
    for subject in (Subject.ALBUM, Subject.ARTIST):
        subjects.add_argument(
            f"--{subject.value}",
            dest="subject",
            action="store_const",
            const=subject,
            help=f"the track's {subject.value} instead",
        )
    command.set_defaults(subject=Subject.TRACK)


def give(opinion: Opinion, options: argparse.Namespace) -> None:
    """Store an opinion, or list them."""
    if options.track is None:
        _print_all(opinion, options)
        return
    with Musicsim.open(options.data) as app:
        track = _track(app, options.track, options.subject, quiet=options.json)
        name = app.opinions.set(track.id, options.subject, opinion)
    if options.json:
        print_json({"subject": options.subject.value, "name": name, "opinion": opinion.value})
    else:
        say(_DONE[opinion].format(_subject(options.subject, name)))


def withdraw(opinion: Opinion, options: argparse.Namespace) -> None:
    """Delete an opinion."""
    subject, text = options.subject, options.track
    with Musicsim.open(options.data) as app:
        stored = [
            each
            for each in (app.opinions.named(subject, text) if find_file(app, text) is None else ())
            if each.opinion is opinion
        ]
        if len(stored) == 1:
            # The library need not have a track of it any more.
            app.opinions.withdraw_named(stored[0])
            names = [stored[0].name]
        else:
            track = _track(app, text, subject)
            names = app.opinions.withdraw(track.id, subject, opinion)
            if not names:
                raise UsageError(_why_not(app, track, subject, opinion))
    for name in names:
        say(_UNDONE[opinion].format(_subject(subject, name)))


def _why_not(app: Musicsim, track: Track, subject: Subject, opinion: Opinion) -> str:
    """Return why an opinion can't be withdrawn: there is none, or it is about something larger."""
    name = track.name if subject is Subject.TRACK else f"{subject.value} of {track.name}"
    text = f"“{printable(short(name))}” is not {opinion.value}"
    for other in app.opinions.on(track.id):
        if other.opinion is opinion and other.subject is not subject:
            command, _ = _WITHDRAWING[opinion]
            return (
                f"{text} itself, but {_subject(other.subject, other.name)} is: "
                f"use `musicsim {command} --{other.subject.value}`."
            )
    command, _ = _GIVING[opinion]
    return f"{text}: `musicsim {command}` lists everything that is."


def _track(app: Musicsim, text: str, subject: Subject, *, quiet: bool = False) -> Track:
    """Return the track of a path or text, or one of the album or artist of this name."""
    # A path may look like the names of several artists.
    if subject is not Subject.TRACK and find_file(app, text) is None:
        named = app.opinions.tracks_named(subject, text)
        if len(named) == 1:
            return named[0]
        if named and not quiet:
            print_table(
                ("Artist", "Album", "File"),
                [(short(t.artist), short(t.tags.album), path_text(t.path)) for t in named],
            )
        if named:
            raise UsageError(
                f"“{printable(short(text))}” is the name of {len(named)} {subject.value}s: "
                f"name a file of the one you mean."
            )
    return library_track(app, text, quiet=quiet)


def _subject(subject: Subject, name: str) -> str:
    return _SUBJECTS[subject].format(printable(short(name)))


def _print_all(opinion: Opinion, options: argparse.Namespace) -> None:
    with Musicsim.read(options.data) as app:
        stored = [each for each in app.opinions.listed() if each.opinion is opinion]
    if options.subject is not Subject.TRACK:
        stored = [each for each in stored if each.subject is options.subject]
    if options.json:
        print_json(
            [
                {
                    "subject": each.subject.value,
                    "name": each.name,
                    "path": path_text(each.track.path) if each.track else None,
                    "since": utc_time(each.since),
                }
                for each in stored
            ]
        )
    else:
        print_table(
            ("What", "Name", "Since"),
            [(each.subject.value, short(each.name), local_time(each.since)) for each in stored],
            empty=f"Nothing is {opinion.value} yet.",
        )
