import os
import sys
from pathlib import Path

import pytest

from musicsim.ui.kit.show_in_folder import file_address


@pytest.mark.skipif(sys.platform == "win32", reason="other addresses")
@pytest.mark.parametrize(
    ("name", "address"),
    [
        (b"/music/a b#c.flac", "file:///music/a%20b%23c.flac"),
        ("/music/밤.flac".encode(), "file:///music/%EB%B0%A4.flac"),
        (b"/music/\xff.flac", "file:///music/%FF.flac"),
    ],
)
def test_addresses_keep_every_byte_of_a_name(name: bytes, address: str) -> None:
    assert file_address(Path(os.fsdecode(name))) == address
