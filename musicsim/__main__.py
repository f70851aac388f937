"""`python -m musicsim`."""

from musicsim.cli import main

if __name__ == "__main__":
    main()
