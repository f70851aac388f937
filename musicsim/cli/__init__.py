"""The command line: the same services as the window's, without a window.

Its names, options, JSON fields and exit codes are a contract, since programs depend on them.
"""

from musicsim.cli.main import main, main_gui

__all__ = ["main", "main_gui"]
