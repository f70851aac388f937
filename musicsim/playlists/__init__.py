"""Rules for choosing among nearest neighbours, playlists, and M3U files.

May import `library` and `similarity`.
"""
