"""The kept playlists in the window: all changes to them, their list, and writing them to files."""
