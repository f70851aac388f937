import pytest
from command_line import CommandLine


@pytest.fixture(scope="session")
def scanned_demo(tmp_path_factory, demo_library) -> CommandLine:
    """A data folder in which the demo library is scanned; not to be written to."""
    command_line = CommandLine(tmp_path_factory.mktemp("scanned") / "data")
    result = command_line("scan", demo_library[0].path.parents[2], "--json")
    assert result.code == 0, result.err
    return command_line
