"""`smart`: playlists that keep themselves by rules."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.base.lengths import length_text
from musicsim.cli.matching import library_track
from musicsim.cli.output import (
    Commands,
    UsageError,
    file_path,
    names,
    path_text,
    positive,
    print_json,
    print_table,
    printable,
    say,
    short,
    track_json,
)
from musicsim.cli.playlist_export import name_missing
from musicsim.cli.playlist_file_options import add_paths, path_style, playlist_path
from musicsim.cli.smart_output import found_list, names_of_tracks, rules_json, rules_text
from musicsim.library.catalogue.folders import folder_of
from musicsim.library.catalogue.playlist_names import PlaylistNameError, checked_name
from musicsim.library.types import Track
from musicsim.playlists.files.writing import write_playlist
from musicsim.playlists.smart.rules import Group, Order, OrderBy, Rule, SmartRules
from musicsim.playlists.smart.storing import SmartRulesError
from musicsim.playlists.smart.syntax import HELP, parse_rule
from musicsim.services.making.exporting import without_files
from musicsim.services.making.smart_lists import SmartContent
from musicsim.services.making.smart_texts import remarks

_ANY_ORDER = ", ".join(OrderBy)


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("smart", help="smart playlists, which keep themselves by rules")
    command.set_defaults(run=list_smart, json=False, hidden=False)
    actions = command.add_subparsers(metavar="ACTION")
    action = actions.add_parser("list", help="all of them")
    action.add_argument("--hidden", action="store_true", help="with those that are hidden")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=list_smart)
    action = actions.add_parser("show", help="the rules and the tracks of one")
    action.add_argument("name", metavar="NAME")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=show_smart)
    _add_editing(actions)
    action = actions.add_parser("export", help="write its tracks to a playlist file")
    action.add_argument("name", metavar="NAME")
    action.add_argument("-o", "--output", type=playlist_path, required=True, metavar="FILE.m3u8")
    add_paths(action)
    action.set_defaults(run=export_smart)
    action = actions.add_parser("keep", help="keep its tracks of now as an ordinary playlist")
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=keep_smart)
    for name, run, text in (
        ("duplicate", duplicate_smart, "make a copy to change"),
        ("shuffle", shuffle_smart, "draw another random order"),
        ("hide", hide_smart, "hide one from the window"),
        ("unhide", unhide_smart, "show it again"),
        ("restore", restore_smart, "give one that every library has its own rules back"),
        ("delete", delete_smart, "delete one; one that every library has is hidden"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("name", metavar="NAME")
        action.set_defaults(run=run)


def _add_editing(actions: Commands) -> None:
    for name, run, text in (
        ("add", add_smart, "make one"),
        ("edit", edit_smart, "change one; what is not given stays as it is"),
    ):
        action = actions.add_parser(
            name, help=text, epilog=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        action.add_argument("name", metavar="NAME")
        if name == "edit":
            action.add_argument("--rename", type=_name, metavar="NEW-NAME")
        action.add_argument(
            "--rule", action="append", metavar="RULE", help="see below; repeatable, all replaced"
        )
        which = action.add_mutually_exclusive_group()
        which.add_argument(
            "--all", dest="any", action="store_false", default=None, help="all rules must hold"
        )
        which.add_argument(
            "--any", dest="any", action="store_true", default=None, help="one is enough"
        )
        action.add_argument("--order", choices=tuple(OrderBy), metavar="ORDER", help=_ANY_ORDER)
        action.add_argument(
            "--descending", action=argparse.BooleanOptionalAction, help="the other way round"
        )
        action.add_argument("--rng-seed", type=int, metavar="INT", help="another random order")
        action.add_argument("--length", type=_limit, metavar="N", help="the most tracks, or “none”")
        action.add_argument(
            "--minutes", type=_limit, metavar="M", help="the greatest length, or “none”"
        )
        action.add_argument(
            "--daily", action=argparse.BooleanOptionalAction, help="the same list all day"
        )
        action.add_argument(
            "--known-per-new",
            type=_limit,
            metavar="N",
            help="one track that was never played after every N others, near by sound, or “none”",
        )
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def _name(text: str) -> str:
    try:
        return checked_name(text, of="smart playlist")
    except PlaylistNameError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _limit(text: str) -> int:
    """Parse a limit; 0 for none."""
    return 0 if text == "none" else positive(text)


# --- showing ---


def list_smart(options: argparse.Namespace) -> None:
    """Print the smart playlists."""
    with Musicsim.read(options.data) as app:
        lists = app.smart_lists.all(hidden=options.hidden)
        contents = [app.smart_lists.find(each.id) for each in lists]
        tracks = names_of_tracks(app)
    if options.json:
        print_json(
            [
                {**rules_json(each, tracks), "tracks": len(content.track_ids)}
                for each, content in zip(lists, contents, strict=True)
            ]
        )
        return
    print_table(
        ("Smart playlist", "Tracks", "Rules"),
        [
            (
                short(each.name) + (" (hidden)" if each.hidden else ""),
                len(content.track_ids),
                each.problem or rules_text(each.rules, tracks),
            )
            for each, content in zip(lists, contents, strict=True)
        ],
        right=(1,),
    )


def show_smart(options: argparse.Namespace) -> None:
    """Print a smart playlist's rules and tracks."""
    with Musicsim.read(options.data) as app:
        found = found_list(app, options.name)
        content = app.smart_lists.find(found.id)
        tracks = app.smart_lists.tracks(content)
        names_of = names_of_tracks(app)
    if options.json:
        print_json(
            {
                **rules_json(found, names_of),
                "matched": content.matched,
                "remarks": remarks(content),
                "tracks": [{**track_json(t), "duration": t.tags.duration} for t in tracks],
            }
        )
        return
    if not found.problem:
        say(f"{short(found.name)}: {rules_text(found.rules, names_of)}")
    print_content(content, tracks)


def print_content(content: SmartContent, tracks: list[Track]) -> None:
    """Print the tracks of a smart playlist, and why there are no more."""
    if tracks:
        print_table(
            ("", "Title", "Artist", "Album", "Length"),
            [(n, *names(t), length_text(t.tags.duration)) for n, t in enumerate(tracks, 1)],
            right=(0, 4),
        )
    for remark in remarks(content):
        say(remark)


def export_smart(options: argparse.Namespace) -> None:
    """Write a smart playlist's tracks to a file."""
    with Musicsim.read(options.data) as app:
        found = found_list(app, options.name)
        content = app.smart_lists.find(found.id)
        tracks = app.smart_lists.tracks(content)
    write_playlist(options.output, tracks, name=found.name, style=path_style(options))
    say(f"{counted(len(tracks), 'track')} written to {printable(path_text(options.output))}.")
    for remark in remarks(content):
        say(remark)
    name_missing(without_files(tracks))


# --- changing ---


def add_smart(options: argparse.Namespace) -> None:
    """Keep a smart playlist, and print its tracks."""
    name = _name_or_wrong_use(options.name)
    with Musicsim.open(options.data) as app:
        if app.smart_lists.named(name) is not None:
            raise UsageError(
                f"There is a smart playlist named “{printable(name)}” already: edit it."
            )
        made = app.smart_lists.create(name, _edited(app, SmartRules(), options))
        _print_changed(app, made.id, options)


def edit_smart(options: argparse.Namespace) -> None:
    """Change a smart playlist, and print its tracks."""
    with Musicsim.open(options.data) as app:
        found = found_list(app, options.name)
        rules = _edited(app, found.rules, options)
        app.smart_lists.change(
            found.id, name=options.rename, rules=None if rules == found.rules else rules
        )
        _print_changed(app, found.id, options)


def _print_changed(app: Musicsim, list_id: int, options: argparse.Namespace) -> None:
    changed = app.smart_lists.get(list_id)
    assert changed is not None
    content = app.smart_lists.find(list_id)
    if options.json:
        names_of = names_of_tracks(app)
        print_json({**rules_json(changed, names_of), "tracks": len(content.track_ids)})
    else:
        say(f"“{short(changed.name)}” has {counted(len(content.track_ids), 'track')}.")
        for remark in remarks(content):
            say(remark)


def _name_or_wrong_use(text: str) -> str:
    try:
        return checked_name(text, of="smart playlist")
    except PlaylistNameError as error:
        raise UsageError(str(error)) from None


def _edited(app: Musicsim, rules: SmartRules, options: argparse.Namespace) -> SmartRules:
    """Return rules with what the command line states."""
    group, order = rules.group, rules.order
    if options.rule is not None:
        group = replace(group, parts=tuple(_rule(app, text) for text in options.rule))
    if options.any is not None:
        group = replace(group, any=options.any)
    if options.order is not None:
        order = replace(order, by=OrderBy(options.order))
    if options.descending is not None:
        order = replace(order, descending=options.descending)
    if options.rng_seed is not None:
        order = Order(order.by, order.descending, _fitting(options.rng_seed))
    changed = replace(rules, group=group, order=order)
    if options.length is not None:
        changed = replace(changed, tracks=options.length or None)
    if options.minutes is not None:
        changed = replace(changed, minutes=float(options.minutes) or None)
    if options.daily is not None:
        changed = replace(changed, daily=options.daily)
    if options.known_per_new is not None:
        changed = replace(changed, known_per_new=options.known_per_new or None)
    return changed


def _fitting(number: int) -> int:
    return number % 2**62


def _rule(app: Musicsim, text: str) -> Rule | Group:
    def track(name: str) -> int:
        return library_track(app, name).id

    try:
        return parse_rule(text, track=track, folder=lambda folder: _folder(app, folder))
    except SmartRulesError as error:
        raise UsageError(str(error)) from None


def _folder(app: Musicsim, text: str) -> str:
    """Return the path of a folder: of a link to one of the library's, the path that it has there."""
    path, folders = file_path(text), app.catalogue.folders.all()
    for name in (path, Path(os.path.realpath(path))):
        if folder_of(name, folders) or any(folder.is_relative_to(name) for folder in folders):
            return path_text(name)
    return path_text(path)


def keep_smart(options: argparse.Namespace) -> None:
    """Keep the tracks as a playlist that stays as it is."""
    with Musicsim.open(options.data) as app:
        found = found_list(app, options.name)
        content = app.smart_lists.find(found.id)
        if not content.track_ids:
            why = " ".join(remarks(content))
            raise UsageError(f"“{short(found.name)}” has no tracks to keep now. {why}")
        kept = app.catalogue.playlists.create(found.name, content.track_ids)
    say(f"{counted(len(content.track_ids), 'track')} kept as “{short(kept.name)}”.")


def duplicate_smart(options: argparse.Namespace) -> None:
    """Make a copy."""
    with Musicsim.open(options.data) as app:
        made = app.smart_lists.duplicate(found_list(app, options.name).id)
    say(f"The copy is “{short(made.name)}”.")


def shuffle_smart(options: argparse.Namespace) -> None:
    """Draw another random order."""
    with Musicsim.open(options.data) as app:
        found = found_list(app, options.name)
        if found.problem:
            raise UsageError(found.problem)
        app.smart_lists.shuffle(found.id)
    say(f"“{short(found.name)}” is in another random order, if it is in one.")


def hide_smart(options: argparse.Namespace) -> None:
    """Hide a smart playlist."""
    with Musicsim.open(options.data) as app:
        app.smart_lists.hide(found_list(app, options.name).id)
    say(f"“{short(options.name)}” is hidden.")


def unhide_smart(options: argparse.Namespace) -> None:
    """Show a smart playlist again."""
    with Musicsim.open(options.data) as app:
        app.smart_lists.hide(found_list(app, options.name).id, False)
    say(f"“{short(options.name)}” is shown.")


def restore_smart(options: argparse.Namespace) -> None:
    """Give a smart playlist that every library has its own rules back."""
    with Musicsim.open(options.data) as app:
        found = found_list(app, options.name)
        if found.ready_made is None:
            raise UsageError(f"“{short(found.name)}” is your own: edit it instead.")
        app.smart_lists.restore(found.id)
    say(f"“{short(found.name)}” has its own rules again.")


def delete_smart(options: argparse.Namespace) -> None:
    """Delete a smart playlist."""
    with Musicsim.open(options.data) as app:
        found = found_list(app, options.name)
        app.smart_lists.delete(found.id)
    if found.ready_made is None:
        say(f"“{short(found.name)}” is deleted; its tracks stay in the library.")
    else:
        say(f"“{short(found.name)}” is hidden: `musicsim smart unhide` brings it back.")
