"""`groups`: the library's own groups, found by clustering."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.base.lengths import length_text
from musicsim.cli.output import (
    Commands,
    UsageError,
    print_json,
    print_table,
    printable,
    say,
    track_json,
)
from musicsim.library.query.folding import fold
from musicsim.library.types import Group
from musicsim.services.making.groups import GroupCard


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("groups", help="the library's own groups of similar tracks")
    command.set_defaults(run=list_groups, json=False)
    actions = command.add_subparsers(metavar="ACTION")
    action = actions.add_parser("list", help="all of them")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=list_groups)
    action = actions.add_parser("show", help="the tracks of one, the most typical first")
    action.add_argument("name", metavar="NAME")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=show_group)
    action = actions.add_parser("refresh", help="find them again; they keep their names")
    action.add_argument(
        "--rng-seed", type=int, default=0, metavar="INT", help="another number, other groups (0)"
    )
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=refresh_groups)
    action = actions.add_parser("freeze", help="keep one as it is")
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=freeze_group)
    action = actions.add_parser("unfreeze", help="let the next refresh change one")
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=unfreeze_group)
    action = actions.add_parser("rename", help="give one a name that it keeps")
    action.add_argument("name", metavar="NAME")
    action.add_argument("new", metavar="NEW-NAME")
    action.set_defaults(run=rename_group)


def list_groups(options: argparse.Namespace) -> None:
    """Print the groups."""
    with Musicsim.read(options.data) as app:
        groups = app.groups.cards().result()
    _print_groups(groups, as_json=options.json)
    if not groups and not options.json:
        say("There are no groups yet: `musicsim groups refresh` finds them.")


def _print_groups(groups: Sequence[GroupCard], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "name": group.name,
                    "tracks": group.count,
                    "left_out": group.left_out,
                    "frozen": group.frozen,
                    "renamed": group.renamed,
                }
                for group in groups
            ]
        )
    elif groups:
        print_table(
            ("Group", "Tracks", ""),
            [(g.name, g.count, "frozen" if g.frozen else "") for g in groups],
            right=(1,),
        )


def _group(app: Musicsim, text: str) -> Group:
    """Return the group with a name, or the only one with all words of a text in its name."""
    groups = app.groups.all()
    if same := [group for group in groups if group.name == text]:
        return same[0]
    words = fold(text).split()
    matching = [
        group for group in groups if words and all(word in fold(group.name) for word in words)
    ]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = ", ".join(f"“{group.name}”" for group in matching)
        raise UsageError(f"“{printable(text)}” matches {len(matching)} groups: {printable(names)}.")
    raise UsageError(
        f"There is no group named “{printable(text)}”: `musicsim groups list` names them all."
    )


def show_group(options: argparse.Namespace) -> None:
    """Print a group's tracks."""
    with Musicsim.read(options.data) as app:
        group = _group(app, options.name)
        tracks = app.groups.tracks_of(group)
    if options.json:
        print_json([{**track_json(t), "duration": t.tags.duration} for t in tracks])
    else:
        print_table(
            ("", "Title", "Artist", "Album", "Length"),
            [
                (n, t.title, t.artist, t.tags.album, length_text(t.tags.duration))
                for n, t in enumerate(tracks, 1)
            ],
            right=(0, 4),
            empty="None of its tracks can be played now.",
        )
        if left_out := len(group.track_ids) - len(tracks):
            say(f"Left out: {counted(left_out, 'track')}, missing or banned.")


def refresh_groups(options: argparse.Namespace) -> None:
    """Find the groups again and print them."""
    with Musicsim.open(options.data) as app:
        app.groups.refresh(rng_seed=options.rng_seed).result()
        groups = app.groups.cards().result()
    _print_groups(groups, as_json=options.json)


def freeze_group(options: argparse.Namespace) -> None:
    """Keep a group as it is."""
    with Musicsim.open(options.data) as app:
        group = _group(app, options.name)
        app.groups.freeze(group.id)
    say(f"“{group.name}” stays as it is.")


def unfreeze_group(options: argparse.Namespace) -> None:
    """Let the next refresh change a group."""
    with Musicsim.open(options.data) as app:
        group = _group(app, options.name)
        app.groups.unfreeze(group.id)
    say(f"The next refresh may change “{group.name}”.")


def rename_group(options: argparse.Namespace) -> None:
    """Give a group a name that it keeps."""
    with Musicsim.open(options.data) as app:
        group = _group(app, options.name)
        app.groups.rename(group.id, options.new)
    say(f"“{group.name}” is now “{options.new.strip()}”.")
