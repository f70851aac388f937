"""The vector space, the index and the search in it.

Knows ids and vectors, nothing of files and tracks.
"""
