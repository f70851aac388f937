"""The entry point of the stand-alone program: `musicsim-gui` opens the window, `musicsim` is the command line."""

import multiprocessing
import sys
from pathlib import Path

from musicsim.cli import main, main_gui

if __name__ == "__main__":
    # The worker starts this program again, so this must come before the command line is parsed.
    multiprocessing.freeze_support()
    if Path(sys.executable).stem == "musicsim-gui":
        main_gui()
    main()
