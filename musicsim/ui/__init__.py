"""The window: models, views, player, theme. The only room that imports Qt.

Thin: it makes no decision that the command line could not make too. From below, and none imports one above it: `kit`
knows nothing of tracks; `tracks` shows them; `playback` plays them and `playlists` keeps them; `commands` is what menus
and shortcuts do; `pages`, `panes` and `settings` stand side by side; `window` puts all of it together.
"""
