"""Search for similar tracks.

`finding` is the interface for window and command line. `points` keeps the points of all tracks in memory, in step with
the catalogue. `nearest` finds the nearest of them: by comparing with all or, beyond half a gigabyte, with the index on
disk, which `index_sync` keeps in step.
"""
