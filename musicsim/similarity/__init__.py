"""The vector space, the index and the search in it.

Deals with ids and vectors only, not with files and tracks.
"""
