"""The window's light and dark colours, and icons tinted to match."""

from __future__ import annotations

import dataclasses
import enum
import string
import weakref
from dataclasses import dataclass
from typing import Protocol

import shiboken6
from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from musicsim.base.resources import resource

_ICON_SIZES = (16, 20, 24, 32, 40, 48)


class Scheme(enum.Enum):
    """Colour scheme that the listener chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Colours:
    """One colour for each purpose."""

    window: str
    base: str
    alternate: str
    text: str
    dim: str
    faint: str
    line: str
    hover: str
    selection: str
    accent: str
    accent_hover: str
    on_accent: str
    warning: str


LIGHT = Colours(
    window="#f5f5f8",
    base="#ffffff",
    alternate="#fafafc",
    text="#1d1d24",
    dim="#666673",
    faint="#a2a2ae",
    line="#e1e1e8",
    hover="#ececf2",
    selection="#e3e0fb",
    accent="#5a4bd8",
    accent_hover="#4a3cc4",
    on_accent="#ffffff",
    warning="#b35408",
)
DARK = Colours(
    window="#1a1a1f",
    base="#202026",
    alternate="#24242b",
    text="#ececf1",
    dim="#a0a0ae",
    faint="#6c6c7a",
    line="#33333d",
    hover="#2c2c35",
    selection="#3b3669",
    accent="#9a8dff",
    accent_hover="#aea4ff",
    on_accent="#17132b",
    warning="#f2a65e",
)


class HasIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon, /) -> object:
        """Show `icon`."""


class Theme(QObject):
    """Colours and icons of the application, updated when the listener or the system changes the scheme."""

    changed = Signal()

    def __init__(self, application: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__()
        self._application = application
        self._scheme = scheme
        self._icons: dict[tuple[str, str], QIcon] = {}
        self._dressed: weakref.WeakKeyDictionary[HasIcon, tuple[str, str]] = (
            weakref.WeakKeyDictionary()
        )
        self.colours = LIGHT
        application.setStyle("Fusion")
        self._style_sheet = string.Template(resource("style/musicsim.qss").read_text("utf-8"))
        self._apply()
        application.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def scheme(self) -> Scheme:
        """Scheme that the listener chose."""
        return self._scheme

    def set_scheme(self, scheme: Scheme) -> None:
        """Apply a colour scheme to everything that is shown."""
        self._scheme = scheme
        self._apply()

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """Return an icon from ``resources/icons/ui`` in one of the colours."""
        key = (name, colour)
        if key not in self._icons:
            self._icons[key] = self._tinted(name, colour)
        return self._icons[key]

    def set_icon(self, target: HasIcon, name: str, colour: str = "text") -> None:
        """Set the icon of a button or an action, now and after each change of the colours."""
        self._dressed[target] = (name, colour)
        target.setIcon(self.icon(name, colour))

    def _follow_system(self) -> None:
        if self._scheme is Scheme.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        hints = self._application.styleHints()
        if self._scheme is Scheme.SYSTEM:
            hints.unsetColorScheme()
            dark = hints.colorScheme() is Qt.ColorScheme.Dark
        else:
            dark = self._scheme is Scheme.DARK
            # Title bars and system dialogs follow where the platform supports it.
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        self.colours = DARK if dark else LIGHT
        self._icons.clear()
        self._application.setPalette(_palette(self.colours))
        self._application.setStyleSheet(
            self._style_sheet.substitute(dataclasses.asdict(self.colours))
        )
        for target, (name, colour) in list(self._dressed.items()):
            if shiboken6.isValid(target):
                target.setIcon(self.icon(name, colour))
        self.changed.emit()

    def _tinted(self, name: str, colour: str) -> QIcon:
        drawing = resource(f"icons/ui/{name}.svg").read_text("utf-8")
        icon = QIcon()
        for mode, tint in (
            (QIcon.Mode.Normal, getattr(self.colours, colour)),
            (QIcon.Mode.Disabled, self.colours.faint),
        ):
            renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", tint).encode()))
            for size in _ICON_SIZES:
                pixmap = QPixmap(size, size)
                pixmap.fill(Qt.GlobalColor.transparent)
                painter = QPainter(pixmap)
                renderer.render(painter, QRectF(0, 0, size, size))
                painter.end()
                icon.addPixmap(pixmap, mode)
                if mode is QIcon.Mode.Normal:
                    # Otherwise Qt would tint these itself when highlighted.
                    icon.addPixmap(pixmap, QIcon.Mode.Selected)
                    icon.addPixmap(pixmap, QIcon.Mode.Active)
        return icon


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, colour in (
        ((role.Window, role.Button), colours.window),
        ((role.Base, role.ToolTipBase), colours.base),
        ((role.AlternateBase,), colours.alternate),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), colours.text),
        ((role.PlaceholderText,), colours.dim),
        ((role.Highlight,), colours.selection),
        ((role.HighlightedText,), colours.text),
        ((role.Accent, role.Link, role.LinkVisited), colours.accent),
        ((role.BrightText,), colours.warning),
        ((role.Mid, role.Midlight, role.Dark), colours.line),
    ):
        for each in roles:
            palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(colours.faint))
    return palette
