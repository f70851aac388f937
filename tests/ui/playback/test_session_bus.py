"""MPRIS where the bus is shared, missing, dying or hung."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest
from mpris_fakes import NAME, PATH, ROOT, needs_bus, needs_busctl, needs_linux, private_bus

from musicsim.ui.playback.mpris import Mpris


@needs_bus
@needs_busctl
def test_a_second_window_takes_another_name(offer, desktop) -> None:
    offer()
    second = f"{NAME}.instance{os.getpid()}"
    offer(second)
    assert desktop.busctl("get-property", second, PATH, ROOT, "Identity")["data"] == "musicsim"


@needs_bus
@needs_busctl
def test_the_name_is_free_after_closing(mpris, desktop, fake_player) -> None:
    mpris.close()
    assert NAME not in desktop.run("busctl", f"--address={desktop.address}", "list")
    fake_player.resume()
    mpris.close()


@pytest.mark.parametrize(
    "address",
    ["", "unix:path=/nowhere/bus", "nonsense", "tcp:host=localhost,port=x", "autolaunch:"],
)
def test_without_a_bus_nothing_happens(fake_player, fake_window, monkeypatch, address) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    mpris = Mpris(fake_player, fake_window.actions, fake_player.find)
    fake_player.resume()
    fake_player.next()
    mpris.close()


@needs_bus
def test_a_bus_that_dies_takes_nothing_with_it(
    fake_player, fake_window, qtbot, bus_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with private_bus(bus_folder) as (address, daemon):
        mpris = Mpris(fake_player, fake_window.actions, fake_player.find, address=address)
        qtbot.waitUntil(lambda: mpris._bus._bus is not None)
        daemon.kill()
        daemon.wait()
        fake_player.next()
        qtbot.waitUntil(lambda: not mpris._bus._thread.is_alive())
    fake_player.previous()
    mpris.close()
    assert capfd.readouterr().err == ""


@needs_linux
@pytest.mark.parametrize("answer", [None, b"OK 0123456789abcdef0123456789abcdef\r\n"])
def test_a_hung_bus_holds_nothing_up(
    fake_player, fake_window, qtbot, bus_folder: Path, answer
) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(bus_folder / "bus"))
        server.listen()
        server.settimeout(20)
        started = time.monotonic()
        mpris = Mpris(
            fake_player,
            fake_window.actions,
            fake_player.find,
            address=f"unix:path={bus_folder / 'bus'}",
        )
        fake_player.next()
        assert time.monotonic() - started < 0.5
        connection, _ = server.accept()
        with connection:
            if answer is not None:
                connection.sendall(answer)
                while b"Hello" not in connection.recv(4096):
                    pass
            started = time.monotonic()
            mpris.close()
            assert time.monotonic() - started < 0.5
            assert not any(each.name == "musicsim-session-bus" for each in threading.enumerate())


def test_without_dbus_fast_nothing_happens(fake_player, fake_window, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "dbus_fast.errors", None)
    mpris = Mpris(
        fake_player, fake_window.actions, fake_player.find, address="unix:path=/nowhere/bus"
    )
    fake_player.next()
    mpris.close()


@needs_bus
def test_a_bus_that_hangs_later_holds_nothing_up(
    fake_player, fake_window, qtbot, bus_folder
) -> None:
    with private_bus(bus_folder) as (address, daemon):
        mpris = Mpris(fake_player, fake_window.actions, fake_player.find, address=address)
        qtbot.waitUntil(lambda: mpris._bus._bus is not None)
        daemon.send_signal(signal.SIGSTOP)
        fake_player.next()
        mpris._announce()
        started = time.monotonic()
        mpris.close()
        assert time.monotonic() - started < 0.5
