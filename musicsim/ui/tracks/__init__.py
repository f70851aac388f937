"""Tracks in the window: the store, the models and tables that show them, and covers."""
