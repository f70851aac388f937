"""Playlist files of other programs, one module per format."""
