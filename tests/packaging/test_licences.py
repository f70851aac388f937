"""The licences of what the starter weights learnt from go with them, into the wheel and the stand-alone program."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NOTICE = "musicnn-licence.txt"


def test_the_notice_of_musicnn_is_whole() -> None:
    text = " ".join((PROJECT / "resources" / NOTICE).read_text(encoding="utf-8").split())
    assert "Copyright (c) Music Technology Group, Universitat Pompeu Fabra 2019" in text
    assert "this permission notice appear in all copies" in text
    assert 'THE SOFTWARE IS PROVIDED "AS IS"' in text


def test_it_goes_wherever_the_weights_go() -> None:
    for recipe in ("pyproject.toml", "packaging/musicsim.spec", "resources/starter.md"):
        text = (PROJECT / recipe).read_text(encoding="utf-8")
        assert "starter.h5" in text
        assert NOTICE in text
