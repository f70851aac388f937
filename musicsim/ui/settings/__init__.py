"""Settings, with one page for each topic."""
