"""What the stand-alone program runs: `musicsim-gui` opens the window, `musicsim` is the command line."""

import multiprocessing
import sys
from pathlib import Path

from musicsim.cli import main, main_gui

if __name__ == "__main__":
    # The worker starts this program again: it is served before the command line is looked at.
    multiprocessing.freeze_support()
    if Path(sys.executable).stem == "musicsim-gui":
        main_gui()
    main()
