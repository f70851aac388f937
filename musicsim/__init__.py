"""musicsim: play similar, and playlists by sound, for the music you own.

The packages, in the order in which a file passes through them: `library` (catalogue, scanning, tags), `audio`
(decoding), `embedding` (OpenL3), `similarity` (space, index, measures), `playlists` (generators, rules, files).
`worker` is the process that decodes, embeds and owns the index. `services` is the interface that `cli` and `ui` call.
`app` builds the parts. All packages build on `base`.
"""

__version__ = "0.1.0"
