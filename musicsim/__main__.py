"""`python -m musicsim`."""

import os
import sys

# Python searches the current folder first, which may hold files from strangers, such as a numpy.py. The package's own
# folder stays, in which a checkout runs without being installed.
_home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 (pathlib is not trusted yet)
if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()] != [_home]:  # noqa: PTH109
    del sys.path[0]

from musicsim.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
