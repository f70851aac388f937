"""What sounds similar.

`finding` is what the faces call. `points` has the points of all tracks in memory, in step with the catalogue; `nearest`
finds the nearest of them, by comparing with everything or, beyond half a gigabyte, by the index on disk, which
`index_sync` keeps in step.
"""
