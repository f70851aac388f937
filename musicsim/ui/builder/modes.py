"""The ways of making a list that the builder offers. Another one is another entry here."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from musicsim.playlists.arranging import Order
from musicsim.services.making.request import Mode


@dataclass(frozen=True, slots=True)
class ModeChoice:
    """A way of making a list.

    Attributes
    ----------
    mode
        The way.
    name, icon
        On its button.
    hint
        What it does, in a sentence.
    has_weights
        Whether seeds count more or less.
    is_route
        Whether the order of the seeds is that of the list.
    varies
        Whether there are variety and an order to choose.
    """

    mode: Mode
    name: str
    icon: str
    hint: str
    has_weights: bool = False
    is_route: bool = False
    varies: bool = True


def mode_choices() -> tuple[ModeChoice, ...]:
    """Return the ways in the order in which they are offered."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("builder", text)

    return (
        ModeChoice(
            Mode.SIMILAR,
            tr("Similar"),
            "similar",
            tr("Tracks that sound like the middle of all that you chose"),
        ),
        ModeChoice(
            Mode.JOURNEY,
            tr("Journey"),
            "journey",
            tr("From the first to the last, through those between, in even steps"),
            is_route=True,
            varies=False,
        ),
        ModeChoice(
            Mode.MIX,
            tr("Mix"),
            "mix",
            tr("Some tracks near each, as much as it weighs, and away from what you want less of"),
            has_weights=True,
        ),
        ModeChoice(
            Mode.GROUP,
            tr("Group"),
            "groups",
            tr("From the groups of your library to which they belong, the most typical first"),
        ),
    )


def choice_of(mode: Mode) -> ModeChoice:
    """Return what is known of a way."""
    return next(choice for choice in mode_choices() if choice.mode is mode)


def order_name(order: Order) -> str:
    """Return an order in the listener's words."""
    tr = QCoreApplication.translate
    names = {
        Order.FLOW: tr("builder", "Each like the next"),
        Order.FOUND: tr("builder", "Most similar first"),
        Order.RANDOM: tr("builder", "Random"),
    }
    return names[order]
