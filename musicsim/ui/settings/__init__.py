"""The settings, one page for each topic."""
