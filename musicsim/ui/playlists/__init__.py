"""Stored playlists in the window: changes to them, their list, and their export to files."""
