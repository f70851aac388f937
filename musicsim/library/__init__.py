"""The catalogue (the truth about tracks, playlists, plays and embeddings), the scanner, the watcher and tag reading.

Imports none of the other rooms.
"""
