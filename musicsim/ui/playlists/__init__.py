"""The kept playlists in the window."""
