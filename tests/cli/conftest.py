import shutil

import pytest
from command_line import CommandLine


@pytest.fixture(scope="session")
def scanned_demo(shared_scan, tmp_path_factory) -> CommandLine:
    """The command line, on a data folder in which the demo library is scanned; not to be written to."""
    return CommandLine(shutil.copytree(shared_scan, tmp_path_factory.mktemp("scanned") / "data"))
