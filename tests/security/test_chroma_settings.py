"""Chroma takes its settings from musicsim alone: not from the environment, nor from a file in the current folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from musicsim.similarity.index.chroma import ChromaIndex

OPEN = """
import sys
from pathlib import Path
import numpy as np
from musicsim.similarity.index.chroma import ChromaIndex
index = ChromaIndex(Path(sys.argv[1]), "songs")
index.add([1], np.ones((1, 4), np.float32) / 2)
print(index.query(np.ones(4, np.float32) / 2, 1).ids.tolist())
index.close()
"""


@pytest.fixture
def server():
    """A server of somebody else's; `asked` is what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PUT = do_GET  # noqa: N815 (the names are http.server's)

        def log_message(self, *_: object) -> None:
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    made.asked = []
    thread = Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def settings(server: HTTPServer) -> dict[str, str]:
    """What leads Chroma to the server, and what it can't read at all."""
    return {
        "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
        "CHROMA_SERVER_HOST": "127.0.0.1",
        "CHROMA_SERVER_HTTP_PORT": str(server.server_port),
        "CHROMA_OTEL_COLLECTION_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "CHROMA_OTEL_GRANULARITY": "all",
        "ANONYMIZED_TELEMETRY": "True",
        "ALLOW_RESET": "neither yes nor no",
        "CHROMA_SERVER_NOFILE": "many",
    }


@pytest.mark.parametrize("place", ["environment", ".env"])
@pytest.mark.parametrize("how", ["a server", "nonsense"])
def test_nobody_elses_settings_are_read(server, tmp_path, place, how):
    lines = settings(server)
    if how == "a server":
        del lines["ALLOW_RESET"], lines["CHROMA_SERVER_NOFILE"]
    here = tmp_path / "downloads"
    here.mkdir()
    if place == ".env":
        (here / ".env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        lines = {}
    done = subprocess.run(
        [sys.executable, "-P", "-c", OPEN, tmp_path / "index"],
        cwd=here,
        env=os.environ | lines,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["[1]"], done.stderr
    assert server.asked == []


@pytest.mark.slow
@pytest.mark.parametrize("what", ["pipe", pytest.param("file", marks=pytest.mark.stress)])
def test_a_scan_in_a_folder_with_settings_keeps_everything_here(server, musicsim, tmp_path, what):
    here = tmp_path / "downloads"
    here.mkdir()
    if what == "pipe":
        os.mkfifo(here / ".env")
    else:
        (here / ".env").write_text(
            "".join(f"{name}={value}\n" for name, value in settings(server).items())
        )
    random = np.random.default_rng(0)
    write(here / "song.wav", random)
    done = subprocess.run(
        [str(word) for word in musicsim.command("scan", ".", "--json")],
        cwd=here,
        env=os.environ | settings(server),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["added"], found["failed"]) == (1, [])
    assert server.asked == []
    assert musicsim("status", "--json").json["index"] == {
        "backend": "chroma",
        "vectors": 1,
        "healthy": True,
    }


def write(path: Path, random: np.random.Generator) -> None:
    import soundfile

    soundfile.write(path, 0.1 * random.normal(size=48_000), 16_000)


def test_what_others_of_pydantics_settings_read_stays_as_it_is(tmp_path, monkeypatch):
    from pydantic_settings import BaseSettings

    class Others(BaseSettings):
        colour: str = "none"

    monkeypatch.setenv("COLOUR", "blue")
    ChromaIndex(tmp_path / "index", "songs").close()
    assert Others().colour == "blue"
