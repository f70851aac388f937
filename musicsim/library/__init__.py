"""The catalogue (the source of truth for tracks, playlists, plays and embeddings), scanner, watcher and tag reading.

Imports no other package of musicsim but `base`.
"""
