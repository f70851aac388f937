"""A PulseAudio of a test's own, with sinks that end in a recording instead of a loudspeaker."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

IS_THERE = all(shutil.which(name) for name in ("pulseaudio", "pactl", "parec"))


class SoundServer:
    """The real server, started with one sink called `first`."""

    def __init__(self, rate: int = 44_100) -> None:
        # A short path: a socket's name has a hundred characters at most.
        self._folder = Path(tempfile.mkdtemp(prefix="pulse-"))
        self._socket = self._folder / "native"
        self.environment = {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(self._folder),
            "PULSE_COOKIE": str(self._folder / "cookie"),
        }
        self._rate = rate
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        arguments = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        arguments += ["--high-priority=no", "--realtime=no", "--log-level=error"]
        arguments += ["-L", f"module-null-sink sink_name=first rate={self._rate} format=float32le"]
        arguments += ["-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"]
        environment = os.environ | self.environment
        environment.pop("PULSE_SERVER")
        self._process = subprocess.Popen(
            ["pulseaudio", *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            if not subprocess.run(
                ["pactl", "info"], env=os.environ | self.environment, capture_output=True
            ).returncode:
                return
            time.sleep(0.02)
        raise AssertionError("pulseaudio does not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        if self._process is not None:
            self.thaw()
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def pactl(self, *arguments: str) -> str:
        return subprocess.run(
            ["pactl", *arguments],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=10,
        ).stdout.strip()

    def add_sink(self, name: str, rate: int | None = None) -> str:
        """Plug in a device; returns what `remove_sink` unplugs it by."""
        rate = rate or self._rate
        return self.pactl(
            "load-module",
            "module-null-sink",
            f"sink_name={name}",
            f"rate={rate}",
            "format=float32le",
        )

    def remove_sink(self, module: str) -> None:
        self.pactl("unload-module", module)

    @contextlib.contextmanager
    def recording(self, sink: str = "first") -> Iterator[Recording]:
        """Record what comes out of a sink; without somebody who does, a null sink stands still."""
        file = self._folder / f"{sink}.raw"
        arguments = ["-d", f"{sink}.monitor", "--format=float32le", f"--rate={self._rate}"]
        arguments += ["--channels=2", "--latency-msec=20", "--raw"]
        with file.open("wb") as out:
            process = subprocess.Popen(
                ["parec", *arguments],
                env=os.environ | self.environment,
                stdout=out,
                stderr=subprocess.DEVNULL,
            )
            recording = Recording(file, self._rate)
            try:
                recording.wait_for(0)
                yield recording
            finally:
                process.kill()
                process.wait()


class Recording:
    """What came out of a sink so far."""

    def __init__(self, file: Path, rate: int) -> None:
        self._file = file
        self.rate = rate

    def samples(self) -> npt.NDArray[np.float32]:
        """Return it, shape (frames, 2)."""
        data = self._file.read_bytes()
        return np.frombuffer(data[: len(data) // 8 * 8], np.float32).reshape(-1, 2)

    def wait_for(self, frames: int) -> None:
        for _ in range(500):
            if self._file.stat().st_size > 8 * frames:
                return
            time.sleep(0.02)
        raise AssertionError("nothing was recorded")

    def heard(self) -> npt.NDArray[np.float32]:
        """Return it without the silence before the first sound and after the last."""
        samples = self.samples()
        loud = np.flatnonzero(np.abs(samples).max(axis=1))
        return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]
