"""musicsim: play similar, and playlists by sound, for the music you own.

The packages, in the order in which a file passes through them: `library` (catalogue, scanner, watcher, tags),
`audio` (decoding to windows), `embedding` (OpenL3), `similarity` (space, index, search), `playlists` (rules, M3U);
`worker` is the process that decodes, embeds and owns the index. `app` builds the parts; `cli` and `ui` are the two
faces of the same services.
"""

__version__ = "0.1.0"
