"""Smart playlists: rules, and the tracks that they choose from plain facts. Nothing here reads a catalogue."""
