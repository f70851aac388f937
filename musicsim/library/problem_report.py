"""The problems of files and folders, counted by reason and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.writing import write_text
from musicsim.library.types import Problem


class ProblemsFileError(MusicsimError):
    """The list of problems can't be written."""


def by_reason(problems: Iterable[Problem]) -> list[tuple[str, int]]:
    """Return the number of problems for each reason, the most frequent first; figures in a reason don't count."""
    reasons: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for problem in problems:
        text = str(problem.reason)
        kind = re.sub(r"\d[\d.,:]*", "", text)
        counts[kind] += 1
        # If the figures differ, none of them is shown.
        if reasons.setdefault(kind, text) != text:
            reasons[kind] = re.sub(r"\d[\d.,:]*(?<=\d)", "…", text)
    return [(reasons[kind], count) for kind, count in counts.most_common()]


def write_csv(file: Path, problems: Iterable[Problem]) -> None:
    """Write the problems as a CSV file with a line for each: path, effect, reason, and the file's time.

    Raises
    ------
    ProblemsFileError
        If the file can't be written.
    """
    # With a byte order mark, so that spreadsheets recognise UTF-8.
    text = io.StringIO("\ufeff")
    text.seek(0, io.SEEK_END)
    table = csv.writer(text)
    table.writerow(("path", "state", "reason", "modified"))
    for problem in problems:
        state = "failed" if problem.failed else "warning"
        modified = ""
        if problem.mtime_ns is not None:
            modified = datetime.fromtimestamp(problem.mtime_ns / 1e9, UTC).isoformat(" ", "seconds")
        table.writerow((display_path(problem.path), state, problem.reason, modified))
    try:
        write_text(file, text.getvalue())
    except OSError as error:
        raise ProblemsFileError(
            f"{display_path(file)} can't be written ({error.strerror or error}): choose another place."
        ) from error
