"""`scan`, `watch`, `status` and `doctor`: commands for the library itself."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from musicsim.app import Musicsim
from musicsim.audio import FIRST_PASS, SETTLED
from musicsim.base.counts import counted
from musicsim.base.events import Event, Notice, TracksChanged
from musicsim.cli.output import (
    Commands,
    complain,
    file_path,
    path_text,
    print_json,
    print_table,
    printable,
    progress_of,
    say,
)
from musicsim.library.problem_report import by_reason
from musicsim.library.scanning.counting import ScanSummary
from musicsim.library.types import Counts, Problem, TrackState
from musicsim.services.finding.index_sync import IndexReport
from musicsim.services.listening.settings import Depth
from musicsim.worker.protocol import Cost


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    scan_command = commands.add_parser(
        "scan",
        help="add folders, read tags, listen to what is new or changed; with no folder, look through all again",
    )
    scan_command.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    scan_command.add_argument("--retry", action="store_true", help="try failed files again")
    scan_command.add_argument(
        "--forget-missing",
        action="store_true",
        help="drop tracks whose files are gone or can't be reached; else they are kept, deleted ones for 60 days",
    )
    _add_listening_options(scan_command)
    scan_command.add_argument("--json", action="store_true")
    scan_command.set_defaults(run=scan)

    watch_command = commands.add_parser(
        "watch", help="like scan, then follow the folders until interrupted"
    )
    watch_command.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    _add_listening_options(watch_command)
    watch_command.set_defaults(run=watch)

    status_command = commands.add_parser("status", help="what the library holds")
    status_command.add_argument("--json", action="store_true")
    status_command.set_defaults(run=status)

    doctor_command = commands.add_parser(
        "doctor", help="check catalogue and index against each other, rebuild what is derived"
    )
    doctor_command.add_argument("--json", action="store_true")
    doctor_command.set_defaults(run=doctor)


def _add_listening_options(command: argparse.ArgumentParser) -> None:
    options = command.add_argument_group(
        "how to listen", "kept for later, also for the window; at first: settled, all cores"
    )
    options.add_argument(
        "--depth",
        choices=[depth.value for depth in Depth],
        help=f"quick: {FIRST_PASS} seconds of each track; settled: then up to {SETTLED}, which finds almost what "
        "listening to everything would; every: then each track from beginning to end, which takes long",
    )
    options.add_argument(
        "--threads", type=_threads, metavar="N|all", help="processor cores for the network"
    )
    options.add_argument(
        "--gentle",
        action=argparse.BooleanOptionalAction,
        help="leave a core to other programs, and give way to them",
    )


def _threads(text: str) -> int:
    """Return a number of cores; 0 for all."""
    if text == "all":
        return 0
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _set_listening(app: Musicsim, options: argparse.Namespace) -> None:
    settings = app.listening.settings
    if options.depth is not None:
        settings = replace(settings, depth=Depth(options.depth))
    if options.threads is not None:
        settings = replace(settings, threads=options.threads or None)
    if options.gentle is not None:
        settings = replace(settings, gentle=options.gentle)
    if settings != app.listening.settings:
        app.listening.set_settings(settings)


def scan_and_embed(
    app: Musicsim, folders: Sequence[Path], *, quiet: bool
) -> tuple[ScanSummary, list[Problem], Cost]:
    """Scan and embed what is pending. Return the counts, the problems in these folders, and the embedding's cost."""
    with progress_of(app, quiet=quiet):
        summary = app.collection.scan(folders or None)
        cost = app.listening.run()
        summary = app.collection.summarise(summary)
    roots = [app.collection.known_path(file_path(folder)) for folder in folders]
    problems = [
        problem
        for problem in app.catalogue.problems.all()
        if not roots or any(problem.path.is_relative_to(root) for root in roots)
    ]
    return summary, problems, cost


def scan(options: argparse.Namespace) -> int:
    """Add folders to the library and embed new tracks; return 1 if the index could not be written."""
    began = time.monotonic()
    with Musicsim.open(options.data) as app:
        if not options.folders and not app.catalogue.folders.all():
            complain("The library has no folders yet: name one, as in `musicsim scan ~/Music`.")
        if options.retry:
            app.catalogue.files.clear_failures()
        _set_listening(app, options)
        summary, problems, cost = scan_and_embed(app, options.folders, quiet=options.json)
        if options.forget_missing:
            app.collection.forget_missing()
            left = set(app.catalogue.problems.all())
            problems = [problem for problem in problems if problem in left]
        counts = app.catalogue.tracks.counts()
        model = app.finding.model.identity
        index_notice = app.finding.index.notice
    failed = [problem for problem in problems if problem.failed]
    seconds = time.monotonic() - began
    if options.json:
        print_json(
            {
                "added": summary.added,
                "changed": summary.changed,
                "moved": summary.moved,
                "missing": summary.missing,
                "unchanged": summary.unchanged,
                "failed": [_problem_json(problem) for problem in failed],
                "warnings": [_problem_json(problem) for problem in problems if not problem.failed],
                "reasons": dict(by_reason(problems)),
                "tracks": counts.tracks,
                "seconds": round(seconds, 3),
                "model": model,
                "cost": {name: round(value, 3) for name, value in asdict(cost).items()},
            }
        )
    else:
        _print_scan(summary, problems, cost, counts, model, seconds)
    if index_notice:
        complain(f"{index_notice} Then run `musicsim doctor`. Everything else is done and kept.")
    return 1 if index_notice else 0


def _print_scan(
    summary: ScanSummary,
    problems: Sequence[Problem],
    cost: Cost,
    counts: Counts,
    model: str,
    seconds: float,
) -> None:
    say(
        f"{summary.added} added, {summary.changed} changed, {summary.moved} moved, {summary.missing} missing, "
        f"{summary.unchanged} unchanged, in {seconds:.1f} s."
    )
    tracks = counted(counts.tracks, "track")
    say(f"{tracks} in the library, {counts.embedded} of them listened to by {model}.")
    if cost.windows:
        say(
            f"{counted(cost.windows, 'second')} of sound: {cost.decoding:.1f} s decoding, "
            f"{cost.resampling:.1f} s resampling, {cost.front_end:.1f} s spectrograms, "
            f"{cost.network:.1f} s network, side by side."
        )
    if problems:
        say(f"\n{len(problems)} with a problem:")
        reasons = by_reason(problems)
        if len(reasons) < len(problems):
            print_table(("Files", "Problem"), [(count, reason) for reason, count in reasons])
        print_table(("File", "Problem"), [(path_text(p.path), str(p.reason)) for p in problems])


def watch(options: argparse.Namespace) -> None:
    """Scan, then follow the folders, printing a line for each change."""
    with Musicsim.open(options.data) as app:
        _set_listening(app, options)
        summary, problems, _ = scan_and_embed(app, options.folders, quiet=False)
        say(
            f"{summary.added} added, {summary.changed} changed, {summary.missing} missing, {len(problems)} with a "
            "problem. Following the folders; Ctrl+C ends it."
        )

        reader_is_gone = threading.Event()

        def tell(event: Event) -> None:
            try:
                print_event(event)
            except BrokenPipeError:
                reader_is_gone.set()

        def print_event(event: Event) -> None:
            if isinstance(event, TracksChanged):
                for track in app.catalogue.tracks.by_id(event.track_ids):
                    state = "missing" if track.missing else _STATES[track.state]
                    reason = f" ({track.problem})" if track.problem else ""
                    # One write including the line break, since scanning and listening report from different threads.
                    line = f"{state}: {printable(path_text(track.path))}{reason}\n"
                    print(line, end="", flush=True)
            elif isinstance(event, Notice) and event.text:
                complain(event.text)

        app.events.subscribe(tell)
        app.start()
        reader_is_gone.wait()
    raise BrokenPipeError


_STATES = {
    TrackState.PENDING: "found",
    TrackState.EMBEDDED: "listened to",
    TrackState.FAILED: "failed",
}


def status(options: argparse.Namespace) -> None:
    """Print what the library contains."""
    with Musicsim.read(options.data) as app:
        _print_status(app, app.finding.index.recorded(), as_json=options.json)


def _print_status(app: Musicsim, index: IndexReport, *, as_json: bool) -> None:
    counts = app.catalogue.tracks.counts()
    model = app.finding.model.identity
    coming = app.models.listening.identity
    to_refine = app.embeddings.pending.count(coming, app.listening.settings.depth.passes[-1])
    if as_json:
        print_json(
            {
                "tracks": counts.tracks,
                "embedded": counts.embedded,
                "pending": counts.pending,
                "failed": counts.failed,
                "missing": counts.missing,
                "unavailable": counts.unavailable,
                "folders": [path_text(folder) for folder in app.catalogue.folders.all()],
                "model": model,
                "coming_model": None if coming == model else coming,
                "model_problem": app.models.problem or None,
                "to_refine": to_refine,
                "depth": app.listening.settings.depth.value,
                "index": {
                    "backend": index.backend,
                    "vectors": index.vectors,
                    "healthy": index.healthy,
                },
            }
        )
        return
    say(
        f"{counted(counts.tracks, 'track')}: {counts.embedded} listened to, {counts.pending} to come, "
        f"{counts.failed} failed, {counts.missing} missing."
    )
    unavailable = app.catalogue.folders.unavailable()
    for folder in app.catalogue.folders.all():
        reason = f" (unavailable: {unavailable[folder]})" if folder in unavailable else ""
        say(f"Folder: {printable(path_text(folder))}{reason}")
    say(f"Model: {model}")
    if app.models.problem:
        say(app.models.problem)
    if coming != model:
        left = app.embeddings.pending.count(coming)
        more = counted(left, "more track")
        say(f"Model to come: {coming}, when it has listened to {more}.")
    elif to_refine > counts.pending:
        waiting = counted(to_refine, "track is", "tracks are")
        say(f"{waiting} to be listened to once more, for better results.")
    state = "in order" if index.healthy else "not complete; search is exact meanwhile"
    say(f"Index: {counted(index.vectors, 'vector')} in {index.backend}, {state}.")


def doctor(options: argparse.Namespace) -> int:
    """Check everything that is stored; return 1 if something can't be repaired."""
    with Musicsim.open(options.data, thorough=True) as app:
        checks = [("mended", True, mended) for mended in app.stores.mended]
        checks.append(("catalogue", *app.catalogue.check()))
        checks.append(("windows", *app.embeddings.windows.check()))
        if app.models.problem:
            checks.append(("model", False, app.models.problem))
        pruned = app.embeddings.prune()
        if pruned:
            gone = counted(pruned, "track")
            checks.append(("leftovers", True, f"windows of {gone} that left the library deleted"))
        index = app.finding.index.report()
        found = f"{counted(index.vectors, 'vector')} in {index.backend}"
        if app.finding.index.problem:
            found += f"; {app.finding.index.problem}"
        checks.append(("index", index.healthy, found))
        counts = app.catalogue.tracks.counts()
    healthy = all(ok for _, ok, _ in checks)
    if options.json:
        print_json(
            {
                "healthy": healthy,
                "checks": [
                    {"name": name, "ok": ok, "detail": detail} for name, ok, detail in checks
                ],
                "tracks": counts.tracks,
                "embedded": counts.embedded,
                "failed": counts.failed,
            }
        )
    else:
        print_table(
            ("Check", "", "Found"),
            [(name, "ok" if ok else "BROKEN", detail) for name, ok, detail in checks],
        )
        if counts.failed:
            failed = counted(counts.failed, "file")
            say(f"{failed} failed: `musicsim scan` lists the reasons.")
    return 0 if healthy else 1


def _problem_json(problem: Problem) -> dict[str, str]:
    return {"path": path_text(problem.path), "reason": str(problem.reason)}
