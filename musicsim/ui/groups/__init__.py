"""The library's groups in the window: their cards, their tracks, and when they are found."""
