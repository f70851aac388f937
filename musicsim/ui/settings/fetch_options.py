"""Settings: other sources of model downloads, for computers where the usual one does not work."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFormLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

_MIRROR_KEY, _PROXY_KEY = "models/mirror", "models/proxy"


class FetchOptions(QWidget):
    """Fields for a mirror and a proxy, folded away unless one is set; saved between starts."""

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self._mirror = self._address(_MIRROR_KEY, "https://")
        self._mirror.setToolTip(self.tr("A folder that has the files under their published names"))
        self._proxy = self._address(_PROXY_KEY, "http://")
        self.fold = QToolButton()
        self.fold.setText(self.tr("Download from elsewhere"))
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setCheckable(True)
        self.fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.fields = QWidget()
        form = QFormLayout(self.fields)
        form.setContentsMargins(6, 0, 0, 4)
        form.setSpacing(8)
        form.addRow(self.tr("&Mirror:"), self._mirror)
        form.addRow(self.tr("&Proxy:"), self._proxy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.fields)
        self.fold.toggled.connect(self._unfold)
        self.fold.setChecked(bool(self.mirror or self.proxy))
        self._unfold(self.fold.isChecked())

    @property
    def mirror(self) -> str | None:
        """The address of the mirror; None without one."""
        return self._mirror.text().strip() or None

    @property
    def proxy(self) -> str | None:
        """The address of the proxy; None without one."""
        return self._proxy.text().strip() or None

    def _address(self, key: str, example: str) -> QLineEdit:
        field = QLineEdit(str(self._settings.value(key) or ""))
        field.setPlaceholderText(example)
        field.textEdited.connect(lambda text: self._settings.setValue(key, text.strip()))
        return field

    def _unfold(self, wanted: bool) -> None:
        self.fields.setVisible(wanted)
        arrow = Qt.ArrowType.DownArrow if wanted else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
