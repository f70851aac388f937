"""What is known of the library, in SQLite files: the truth that all else is made from.

`Catalogue` opens `catalogue.sqlite3` and hands out a part for each table; `EmbeddingStore` does so for what the models
made, and keeps that in step with `windows.sqlite3`. One module writes each table:

- `settings`, `folders`, `playlists` (with `playlist_tracks`), `plays`, `loudness`, `models` and `windows` the tables of
  their names;
- `files` writes `tracks`, which `tracks` reads;
- `pooled` writes `embeddings`;
- `problems` writes `folder_problems`, and lists the problems of tracks and folders too;
- `waveforms` writes a file of its own that may be deleted.

`embeddings`, `pending` and `identity` have no table: they put together what the others do, and read with SQL where that
takes several tables. `schema` has the catalogue's tables; `paths` stores paths as bytes. `database` opens, migrates,
mends and backs up a file; only this package imports it.
"""
