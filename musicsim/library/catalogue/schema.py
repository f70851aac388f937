"""The schema of the catalogue's SQLite file, as its history of migrations."""

from musicsim.library.catalogue.prose import prose_to_reasons

# Paths are bytes, since a file name need not be text. One script per version; a released script never changes.
MIGRATIONS = (
    """
    CREATE TABLE folders (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
    CREATE TABLE tracks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        folder_id INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE,
        path BLOB NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        content_key BLOB NOT NULL,
        title TEXT NOT NULL, artist TEXT NOT NULL, album TEXT NOT NULL, album_artist TEXT NOT NULL,
        genre TEXT NOT NULL, year INTEGER, track_number INTEGER, disc_number INTEGER, duration REAL,
        added_at REAL NOT NULL,
        missing_since REAL,
        failed INTEGER NOT NULL DEFAULT 0,
        problem TEXT
    );
    CREATE INDEX tracks_by_folder ON tracks (folder_id);
    CREATE INDEX tracks_by_content ON tracks (size, content_key);
    CREATE TABLE embeddings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        model TEXT NOT NULL,
        windows INTEGER NOT NULL,
        vector BLOB NOT NULL,
        created_at REAL NOT NULL,
        UNIQUE (track_id, model)
    );
    CREATE TABLE folder_problems (path BLOB PRIMARY KEY, folder_id INTEGER NOT NULL
        REFERENCES folders (id) ON DELETE CASCADE, reason TEXT NOT NULL);
    CREATE TABLE playlists (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at REAL NOT NULL);
    CREATE TABLE playlist_tracks (
        playlist_id INTEGER NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        PRIMARY KEY (playlist_id, position)
    );
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
    # Before this, each track had one pass of 32 windows.
    """
    ALTER TABLE embeddings ADD COLUMN plan INTEGER NOT NULL DEFAULT 32;
    CREATE TABLE models (
        identity TEXT PRIMARY KEY,
        weights BLOB NOT NULL,
        input_repr TEXT,
        embedding_size INTEGER,
        standardised INTEGER NOT NULL
    );
    """,
    # Impossible file times, so that the next scan reads all tags again.
    """
    ALTER TABLE tracks ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
    UPDATE tracks SET mtime_ns = -1;
    """,
    # The reason why a music folder is unavailable.
    "ALTER TABLE folders ADD COLUMN unavailable TEXT",
    # The fingerprint of a track's sound, and whether its file has changed since it was computed.
    """
    ALTER TABLE tracks ADD COLUMN fingerprint BLOB;
    ALTER TABLE tracks ADD COLUMN unheard INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX tracks_by_fingerprint ON tracks (fingerprint);
    CREATE INDEX tracks_by_duration ON tracks (duration);
    """,
    # The time of the last change to anything about a file, since an edit of tags may keep the modification time. Also
    # the time since when a music folder is unavailable.
    """
    ALTER TABLE tracks ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT -1;
    ALTER TABLE folders ADD COLUMN unavailable_since REAL;
    """,
    # The loudness of each sound, by fingerprint, so that it follows a file that is moved, copied or retagged.
    """
    CREATE TABLE loudness (
        fingerprint BLOB PRIMARY KEY,
        lufs REAL NOT NULL,
        peak REAL NOT NULL,
        seconds INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    # The playing history: what was played, when, and how it ended.
    """
    CREATE TABLE plays (
        id INTEGER PRIMARY KEY,
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        started_at REAL NOT NULL,
        heard REAL NOT NULL,
        length REAL NOT NULL,
        ended TEXT NOT NULL
    );
    CREATE INDEX plays_by_start ON plays (started_at);
    CREATE INDEX plays_by_track ON plays (track_id);
    """,
    # The log of embeddings that changed, or became findable or missing, in order, so that copies can catch up.
    """
    CREATE INDEX tracks_missing ON tracks (folder_id) WHERE missing_since IS NOT NULL;
    CREATE TABLE embedding_changes (revision INTEGER PRIMARY KEY AUTOINCREMENT, embedding_id INTEGER NOT NULL);
    CREATE TRIGGER embedding_to_replace BEFORE INSERT ON embeddings BEGIN
        INSERT INTO embedding_changes (embedding_id)
        SELECT id FROM embeddings WHERE track_id = NEW.track_id AND model = NEW.model;
    END;
    CREATE TRIGGER embedding_added AFTER INSERT ON embeddings BEGIN
        INSERT INTO embedding_changes (embedding_id) VALUES (NEW.id);
    END;
    CREATE TRIGGER embedding_removed AFTER DELETE ON embeddings BEGIN
        INSERT INTO embedding_changes (embedding_id) VALUES (OLD.id);
    END;
    CREATE TRIGGER embedding_to_move BEFORE UPDATE OF track_id ON embeddings BEGIN
        INSERT INTO embedding_changes (embedding_id)
        SELECT id FROM embeddings WHERE track_id = NEW.track_id AND model = NEW.model;
    END;
    CREATE TRIGGER embedding_moved AFTER UPDATE OF track_id ON embeddings BEGIN
        INSERT INTO embedding_changes (embedding_id) VALUES (NEW.id);
    END;
    CREATE TRIGGER track_gone_or_back AFTER UPDATE OF missing_since, folder_id ON tracks
    WHEN (OLD.missing_since IS NULL) != (NEW.missing_since IS NULL) OR OLD.folder_id != NEW.folder_id BEGIN
        INSERT INTO embedding_changes (embedding_id) SELECT id FROM embeddings WHERE track_id = NEW.id;
    END;
    CREATE TRIGGER folder_out_of_reach_or_back AFTER UPDATE OF unavailable ON folders
    WHEN (OLD.unavailable IS NULL) != (NEW.unavailable IS NULL) BEGIN
        INSERT INTO embedding_changes (embedding_id)
        SELECT e.id FROM embeddings e JOIN tracks t ON t.id = e.track_id
        WHERE t.folder_id = NEW.id AND t.missing_since IS NOT NULL;
    END;
    """,
    # Causes with values instead of English. Bugs of musicsim's no longer count as the file's fault.
    "UPDATE tracks SET failed = 0, problem = NULL WHERE problem LIKE 'musicsim failed on it (%';"
    + prose_to_reasons("tracks", "problem")
    + prose_to_reasons("folders", "unavailable")
    + prose_to_reasons("folder_problems", "reason"),
    # The length in the header, and whether `duration` comes from the decoder, which knows better. Until now listening
    # overwrote the header's length, and a scan wrote it back.
    """
    ALTER TABLE tracks ADD COLUMN header_length REAL;
    ALTER TABLE tracks ADD COLUMN length_is_heard INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX tracks_by_header_length ON tracks (header_length);
    UPDATE tracks SET header_length = duration;
    UPDATE tracks SET length_is_heard = 1 WHERE NOT unheard AND id IN (SELECT track_id FROM embeddings);
    """,
    # Tags are read wherever they are, and in any encoding: the next scan reads all of them again.
    "UPDATE tracks SET mtime_ns = -1;",
    # The groups that clustering found. A track is in one of them at most.
    """
    CREATE TABLE groups (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        renamed INTEGER NOT NULL DEFAULT 0,
        frozen INTEGER NOT NULL DEFAULT 0,
        model TEXT NOT NULL,
        centre BLOB NOT NULL,
        created_at REAL NOT NULL
    );
    CREATE TABLE group_tracks (
        track_id INTEGER PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
        group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
        position INTEGER NOT NULL
    );
    """,
    # What the listener thinks of tracks, and of albums and artists, which are known by keys made of their tags. An
    # album also keeps the tracks that it had, so that it is known after a move or new tags. A sound keeps the opinion
    # about a track that has left the library, for when it comes back.
    """
    CREATE TABLE track_opinions (
        track_id INTEGER PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE,
        opinion TEXT NOT NULL,
        since REAL NOT NULL
    );
    CREATE TABLE sound_opinions (
        fingerprint BLOB PRIMARY KEY,
        opinion TEXT NOT NULL,
        since REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TRIGGER track_with_opinion_to_remove BEFORE DELETE ON tracks WHEN OLD.fingerprint IS NOT NULL BEGIN
        INSERT OR REPLACE INTO sound_opinions
        SELECT OLD.fingerprint, opinion, since FROM track_opinions WHERE track_id = OLD.id;
    END;
    CREATE TABLE named_opinions (
        id INTEGER PRIMARY KEY,
        subject TEXT NOT NULL,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        opinion TEXT NOT NULL,
        since REAL NOT NULL,
        UNIQUE (subject, key)
    );
    CREATE TABLE named_opinion_tracks (
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        opinion_id INTEGER NOT NULL REFERENCES named_opinions (id) ON DELETE CASCADE,
        PRIMARY KEY (track_id, opinion_id)
    ) WITHOUT ROWID;
    CREATE INDEX named_opinion_tracks_by_opinion ON named_opinion_tracks (opinion_id);
    """,
    # All that counting plays needs, which takes less than half of the time.
    """
    DROP INDEX plays_by_track;
    CREATE INDEX plays_by_track ON plays (track_id, ended, heard, length, started_at);
    """,
    # Ratings in tags: the next scan reads all tags again, since nothing else has them.
    "UPDATE tracks SET mtime_ns = -1;",
    # A sound keeps the plays of a track that has left the library: another track with this sound has them at once, and
    # otherwise the first that comes.
    """
    CREATE TABLE sound_plays (
        fingerprint BLOB NOT NULL,
        started_at REAL NOT NULL,
        heard REAL NOT NULL,
        length REAL NOT NULL,
        ended TEXT NOT NULL
    );
    CREATE INDEX sound_plays_by_fingerprint ON sound_plays (fingerprint);
    CREATE TRIGGER track_with_plays_to_remove BEFORE DELETE ON tracks WHEN OLD.fingerprint IS NOT NULL BEGIN
        INSERT INTO sound_plays SELECT OLD.fingerprint, started_at, heard, length, ended
        FROM plays WHERE track_id = OLD.id;
        INSERT INTO plays (track_id, started_at, heard, length, ended)
        SELECT t.id, p.started_at, p.heard, p.length, p.ended FROM sound_plays p JOIN tracks t
        ON t.id = (SELECT MIN(id) FROM tracks WHERE fingerprint = OLD.fingerprint AND id != OLD.id)
        WHERE p.fingerprint = OLD.fingerprint;
        DELETE FROM sound_plays WHERE fingerprint = OLD.fingerprint
        AND EXISTS (SELECT 1 FROM tracks WHERE fingerprint = OLD.fingerprint AND id != OLD.id);
    END;
    CREATE TRIGGER sound_of_plays_is_back AFTER UPDATE OF fingerprint ON tracks WHEN NEW.fingerprint IS NOT NULL BEGIN
        INSERT INTO plays (track_id, started_at, heard, length, ended)
        SELECT NEW.id, started_at, heard, length, ended FROM sound_plays WHERE fingerprint = NEW.fingerprint;
        DELETE FROM sound_plays WHERE fingerprint = NEW.fingerprint;
    END;
    """,
    # Smart playlists; their rules are JSON. One that every library has is known by its key; without rules of its own,
    # it has the program's.
    """
    CREATE TABLE smart_lists (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        rules TEXT,
        ready_made TEXT UNIQUE,
        hidden INTEGER NOT NULL DEFAULT 0,
        created_at REAL NOT NULL
    );
    """,
    # Playlists get folders, ids that are never used again, and entries whose tracks are not in the library. These share
    # the positions of the tracks; a track that leaves the library becomes one, and turns back when it is found.
    """
    CREATE TABLE playlist_folders (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        parent_id INTEGER REFERENCES playlist_folders (id) ON DELETE CASCADE
    );
    CREATE TABLE playlists_in_folders (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        created_at REAL NOT NULL,
        folder_id INTEGER REFERENCES playlist_folders (id) ON DELETE SET NULL
    );
    INSERT INTO playlists_in_folders (id, name, created_at) SELECT id, name, created_at FROM playlists;
    CREATE TABLE playlist_entries (
        playlist_id INTEGER NOT NULL REFERENCES playlists_in_folders (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
        PRIMARY KEY (playlist_id, position)
    ) WITHOUT ROWID;
    INSERT INTO playlist_entries
    SELECT playlist_id, ROW_NUMBER() OVER (PARTITION BY playlist_id ORDER BY position) - 1, track_id
    FROM playlist_tracks;
    DROP TABLE playlist_tracks;
    DROP TABLE playlists;
    ALTER TABLE playlists_in_folders RENAME TO playlists;
    ALTER TABLE playlist_entries RENAME TO playlist_tracks;
    CREATE INDEX playlist_tracks_by_track ON playlist_tracks (track_id);
    CREATE TABLE playlist_missing (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        playlist_id INTEGER NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        path BLOB NOT NULL,
        title TEXT NOT NULL, artist TEXT NOT NULL, album TEXT NOT NULL, duration REAL,
        fingerprint BLOB
    );
    CREATE INDEX playlist_missing_by_playlist ON playlist_missing (playlist_id);
    CREATE INDEX playlist_missing_by_path ON playlist_missing (path);
    CREATE INDEX playlist_missing_by_fingerprint ON playlist_missing (fingerprint);
    CREATE TRIGGER track_in_playlists_to_remove BEFORE DELETE ON tracks BEGIN
        INSERT INTO playlist_missing (playlist_id, position, path, title, artist, album, duration, fingerprint)
        SELECT playlist_id, position, OLD.path, OLD.title, IIF(OLD.artist = '', OLD.album_artist, OLD.artist),
            OLD.album, OLD.duration, IIF(OLD.unheard, NULL, OLD.fingerprint)
        FROM playlist_tracks WHERE track_id = OLD.id;
    END;
    CREATE TRIGGER missing_entry_added AFTER INSERT ON tracks BEGIN
        INSERT INTO playlist_tracks
        SELECT playlist_id, position, NEW.id FROM playlist_missing WHERE path = NEW.path;
        DELETE FROM playlist_missing WHERE path = NEW.path;
    END;
    CREATE TRIGGER missing_entry_moved_in AFTER UPDATE OF path ON tracks WHEN NEW.path != OLD.path BEGIN
        INSERT INTO playlist_tracks
        SELECT playlist_id, position, NEW.id FROM playlist_missing WHERE path = NEW.path;
        DELETE FROM playlist_missing WHERE path = NEW.path;
    END;
    CREATE TRIGGER missing_entry_heard AFTER UPDATE OF fingerprint ON tracks
    WHEN NEW.fingerprint IS NOT NULL AND NEW.missing_since IS NULL BEGIN
        INSERT INTO playlist_tracks
        SELECT playlist_id, position, NEW.id FROM playlist_missing WHERE fingerprint = NEW.fingerprint;
        DELETE FROM playlist_missing WHERE fingerprint = NEW.fingerprint;
    END;
    """,
)
