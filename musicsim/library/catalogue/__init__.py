"""The library's data in SQLite files: the source of truth for everything else.

`Catalogue` opens `catalogue.sqlite3` and provides a store for each table. `EmbeddingStore` does the same for the
models' results, and keeps them in step with `windows.sqlite3`. `Stores` opens and closes both, and the waveforms. Each
table is written by one module:

- `settings`, `folders`, `playlists` (with `playlist_tracks`), `groups` (with `group_tracks`), `plays`, `loudness`,
  `models` and `windows` write the tables of the same name;
- `files` writes `tracks`, which `tracks` reads;
- `pooled` writes `embeddings`;
- `problems` writes `folder_problems`, and also lists the problems of tracks and folders;
- `waveforms` writes a separate file that may be deleted.

`embeddings`, `pending` and `identity` have no table. They combine the others, and query several tables directly where
necessary. `schema` defines the catalogue's tables, and `paths` stores paths as bytes. `database` opens, migrates,
repairs and backs up a file; only this package imports it.
"""
