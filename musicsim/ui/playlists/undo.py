"""Steps that the listener can undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MOST_STEPS = 100
"""Steps kept of each history."""


@dataclass(frozen=True, eq=False)
class Step:
    """Something that was done, and how to undo and redo it; both may raise `MusicsimError`."""

    text: str
    """What was done, as a sentence."""
    undo: Callable[[], object]
    redo: Callable[[], object]


class History:
    """The latest steps, of which the last is undone first."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def add(self, step: Step) -> Step:
        """Note a step that was just done; what was undone before it can't be redone any more."""
        self._done = [*self._done[1 - MOST_STEPS :], step]
        self._undone.clear()
        return step

    def undo(self, only: Step | None = None) -> Step | None:
        """Undo the last step and return it; None if there is none, or if it is another than `only`."""
        if not self._done or only not in (None, self._done[-1]):
            return None
        step = self._done[-1]
        step.undo()
        self._undone.append(self._done.pop())
        return step

    def redo(self) -> Step | None:
        """Do the step again that was undone last, and return it; None if there is none."""
        if not self._undone:
            return None
        step = self._undone[-1]
        step.redo()
        self._done.append(self._undone.pop())
        return step
