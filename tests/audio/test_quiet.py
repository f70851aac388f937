from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

_DECODE = """
import sys
import soundfile
from musicsim.audio import silence_native_messages
if "silent" in sys.argv:
    silence_native_messages()
try:
    soundfile.read(sys.argv[1])
except soundfile.LibsndfileError:
    pass
print("a message of Python's", file=sys.stderr)
1 / 0
"""


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", *arguments], capture_output=True, text=True, check=False
    )
    return done.stderr


def test_native_libraries_are_silenced_and_python_is_not(files: dict[str, Path], tmp_path: Path):
    content = bytearray(files["mp3"].read_bytes())
    content[100_000:120_000] = np.random.default_rng(0).bytes(20_000)
    path = tmp_path / "a.mp3"
    path.write_bytes(content)
    # Otherwise there is nothing to silence.
    assert "resync" in run(_DECODE, str(path))

    printed = run(_DECODE, str(path), "silent")

    assert printed.startswith("a message of Python's\nTraceback")
    assert "ZeroDivisionError" in printed
    assert "resync" not in printed


def test_the_import_is_light():
    printed = run(
        "import musicsim.audio, sys; print({'av', 'tensorflow'} & set(sys.modules), file=sys.stderr)"
    )

    assert printed == "set()\n"


def test_without_a_standard_error_nothing_happens():
    printed = run(
        "import os, sys; out = os.dup(2); os.close(2); sys.stderr = None;"
        "from musicsim.audio import silence_native_messages; silence_native_messages();"
        "os.write(out, b'fine'); print(1, file=sys.stderr); os.write(2, b'lost')"
    )

    assert printed == "fine"
