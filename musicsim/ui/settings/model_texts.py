"""Texts about models for the listener."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from musicsim.base.errors import display_path
from musicsim.embedding import WeightFile
from musicsim.embedding.official import OFFICIAL_MODELS
from musicsim.services.models.models import OfferedModel
from musicsim.ui.kit import formats

_OFFICIAL = {model.name: model for model in OFFICIAL_MODELS}


def _tr(text: str) -> str:
    return QCoreApplication.translate("models", text)


def title(name: str) -> str:
    """Return a readable name of a model; `name` may also be an identity, which ends with a hash."""
    for known in (name, name.rpartition("-")[0]):
        if known == "starter":
            return _tr("Starter")
        if (official := _OFFICIAL.get(known)) is not None:
            kind = (
                _tr("OpenL3 for music, {0}")
                if official.content_type == "music"
                else _tr("OpenL3 for everyday sounds, {0}")
            )
            scale = {
                "mel256": _tr("256 mel bands"),
                "mel128": _tr("128 mel bands"),
                "linear": _tr("linear spectrum"),
            }
            return kind.format(scale[official.input_repr])
    return display_path(name)


def explanation(model: OfferedModel) -> str:
    """Return what the listener should know before choosing a model; for a broken one, what is wrong with it."""
    if model.problem:
        return model.problem
    if model.state == "gone":
        return _tr("Its weight file is gone; only what it made of your library is left.")
    if model.name == "starter":
        return _tr(
            "Came with musicsim: small and quick. It has heard little singing, pop, rap or jazz."
        )
    official = _OFFICIAL.get(model.name)
    if official is None:
        return _file_text(model.file)
    if official.content_type == "env":
        text = _tr("Knows sounds of everyday life better than music.")
    elif official.input_repr == "mel256":
        text = _tr("Knows the most music and hears the finest detail, and takes longest to listen.")
    elif official.input_repr == "mel128":
        text = _tr("Like the one with 256 bands, with less detail.")
    else:
        text = _tr("Hears low and high frequencies in equal detail, unlike an ear.")
    if model.file is not None and model.file.embedding_size == 6144:
        text += " " + _tr("Used with 6,144 values.")
    return text


def state(model: OfferedModel, total: int) -> str:
    """Return the state of a model in words; `total` is the number of tracks to listen to."""
    if model.listening and not model.searched:
        text = _tr("Listening now: {0} of {1}")
        tracks = formats.counted("models", total, "%n track", "%n tracks")
        return text.format(formats.number(model.tracks), tracks)
    if model.listening:
        stands = _tr("In use")
    elif model.searched:
        stands = _tr("Searched meanwhile")
    else:
        stands = {
            "bundled": _tr("Installed"),
            "installed": _tr("Installed"),
            "available": _tr("Can be downloaded"),
            "broken": _tr("Can’t be used"),
            "gone": _tr("Gone"),
        }[model.state]
    if model.tracks:
        stands += " · " + formats.counted("models", model.tracks, "%n track", "%n tracks")
    return stands


def downloaded(done: int, total: int | None) -> str:
    """Return the progress of a download, such as ``3.2 of 17.4 MB``."""
    if total is None:
        return _tr("{0} MB").format(f"{done / 1e6:.1f}")
    return _tr("{0} of {1} MB").format(f"{done / 1e6:.1f}", f"{total / 1e6:.1f}")


def verdict(path: str, size: int, published: bool | None) -> str:
    """Return the result of checking a file, in words.

    Parameters
    ----------
    path
        The file's path, printable.
    size
        The number of values in its embeddings.
    published
        Whether the file equals the published one, byte for byte; None if that can't be known.
    """
    text = {
        True: _tr("{0} is whole, and just as OpenL3 published it."),
        False: _tr("{0} is whole, but not the file that OpenL3 published."),
        None: _tr("{0} is whole."),
    }[published]
    values = formats.counted("models", size, "%n value a track", "%n values a track")
    return f"{text.format(path)} {_tr('It makes {0}.').format(values)}"


def _file_text(file: WeightFile | None) -> str:
    return "" if file is None else display_path(file.path)
