"""The results of `quality.py`, as numbers by name and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quality_measures import Estimate, Judged, Library, Ranked
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """A feature in a space, with its quality.

    Attributes
    ----------
    name
        The name of the feature.
    space
        The space in which it is compared.
    judged
        The measures.
    seconds
        Seconds of one core per track; None if not measured.
    identity
        The identity of the weight file, if it is one's.
    """

    name: str
    space: str
    judged: Judged
    seconds: float | None = None
    identity: str | None = None


def figures(library: Library, rows: Sequence[Row], reference: Row) -> list[dict[str, Any]]:
    """Return the rows as numbers by name; `Estimate` for numbers with an interval.

    Parameters
    ----------
    library
        Computes the intervals.
    rows
        The rows, in order.
    reference
        The reference for the other rows.
    """
    best = reference.judged.raw
    result = []
    for row in rows:
        raw, mutual = row.judged.raw, row.judged.mutual
        behind = best.average_precision - raw.average_precision
        artist_behind = best.artist_average_precision - raw.artist_average_precision
        result.append(
            {
                "name": row.name,
                "space": row.space,
                "identity": row.identity,
                **_figures_of(library, raw),
                "map_behind": library.estimate(behind),
                "artist_map_behind": library.estimate(artist_behind),
                "seconds": row.seconds,
                "mutual_proximity": None if mutual is None else _figures_of(library, mutual),
            }
        )
    return result


def _figures_of(library: Library, ranked: Ranked) -> dict[str, Any]:
    return {
        "precision_at_10": library.estimate(ranked.precision),
        "map": library.estimate(ranked.average_precision),
        "artist_map": library.estimate(ranked.artist_average_precision),
        "hubness": ranked.hubness,
        "anti_hubs": ranked.anti_hubs,
    }


_HEADER = (
    "feature",
    "space",
    "P@10",
    "MAP (95 %)",
    "behind (95 %)",
    "MAP, MP",
    "artist MAP (95 %)",
    "behind (95 %)",
    "hubness, MP",
    "anti-hubs, MP",
    "CPU s",
)


def show_report(report: Mapping[str, Any], *, markdown: bool) -> None:
    """Print the tables for the terminal or, as Markdown, for a file.

    Parameters
    ----------
    report
        The content of the JSON file, with the rows of `figures`.
    markdown
        Whether to print Markdown.
    """
    reference = report["reference"]
    title = (
        f"{report['tracks']} tracks of {report['collections']} collections, all encoded by {report['encoder']}; by "
        f"artist in {len(report['artist_collections'])} collections; behind {reference['name']}, {reference['space']} "
        f"({reference['identity']})"
    )
    cells = [_cells(row, reference) for row in report["rows"]]
    _show(title, _HEADER, cells, markdown=markdown)
    shares = report["copies"]
    if shares:
        codings = list(next(iter(shares.values())))
        cells = [[name, *(f"{share[coding]:.1%}" for coding in codings)]
                 for name, share in shares.items()]  # fmt: skip
        title = f"Copies of {report['copied']} tracks that have their original for their nearest neighbour"
        _show(title, ("feature", *codings), cells, markdown=markdown)
    for line in report["left_out"]:
        print(line)


def _cells(row: Mapping[str, Any], reference: Mapping[str, Any]) -> list[str]:
    mutual = row["mutual_proximity"]
    hubness, anti_hubs = f"{row['hubness']:.2f}", f"{row['anti_hubs']:.1%}"
    if mutual:
        hubness += f", {mutual['hubness']:.2f}"
        anti_hubs += f", {mutual['anti_hubs']:.1%}"
    is_reference = (row["name"], row["space"]) == (reference["name"], reference["space"])
    return [
        row["name"],
        row["space"],
        _number(row["precision_at_10"].mean),
        _interval(row["map"]),
        "" if is_reference else _interval(row["map_behind"]),
        _number(mutual["map"].mean) if mutual else "",
        _interval(row["artist_map"]),
        "" if is_reference else _interval(row["artist_map_behind"]),
        hubness,
        anti_hubs,
        "" if row["seconds"] is None else f"{row['seconds']:.2f}",
    ]


def _number(value: float) -> str:
    # Adding 0 removes the sign of a rounded zero.
    return f"{round(value, 3) + 0:.3f}".replace("0.", ".", 1)


def _interval(estimate: Estimate) -> str:
    mean, low, high = map(_number, (estimate.mean, estimate.low, estimate.high))
    return f"{mean} ({low} to {high})"


def _show(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool
) -> None:
    if markdown:
        lines = [header, ["---"] * len(header), *rows]
        print(f"\n{title}\n")
        print("\n".join(f"| {' | '.join(line)} |" for line in lines))
        return
    table = Table(*header, title=title)
    for row in rows:
        table.add_row(*row)
    Console(width=200).print(table)
