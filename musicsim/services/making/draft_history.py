"""The drafts that a listener came by, so that every change can be undone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from musicsim.services.making.drafts import Draft

MOST_STEPS = 200
"""Changes that can be undone."""


@dataclass(frozen=True, slots=True)
class History:
    """A draft with those before it, and with those that were undone.

    Attributes
    ----------
    draft
        As it is now.
    past, future
        The last one comes next.
    kind
        The kind of the last change; several in a row of one kind, such as moves of one slider, are undone together.
    """

    draft: Draft = field(default_factory=Draft)
    past: tuple[Draft, ...] = ()
    future: tuple[Draft, ...] = ()
    kind: str = ""

    def edit(self, draft: Draft, kind: str = "") -> History:
        """Return the history with one more change; one that changes nothing is none.

        Parameters
        ----------
        draft
            After the change.
        kind
            If given, this change is undone together with those just before it of the same kind.
        """
        if draft == self.draft:
            return self
        if kind and kind == self.kind and self.past:
            return replace(self, draft=draft, future=())
        return History(draft, (*self.past, self.draft)[-MOST_STEPS:], (), kind)

    def undo(self) -> History:
        """Return the history one step back; nothing changes at the beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.draft))

    def redo(self) -> History:
        """Return the history one step forward; nothing changes at the end."""
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.draft), self.future[:-1])
