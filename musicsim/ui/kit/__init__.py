"""Window parts that know nothing of tracks: theme, widgets, dialogs, messages, events from other threads."""
