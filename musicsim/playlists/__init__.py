"""Rules between the nearest neighbours and the listener, playlists, and M3U files.

May import `library` and `similarity`.
"""
