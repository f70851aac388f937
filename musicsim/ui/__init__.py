"""The window: models, views, player and theme. The only package that imports Qt.

It decides nothing that the command line could not decide too. The packages form layers, and none imports from a higher
one. From the bottom: `kit` knows nothing of tracks; `tracks` shows them; `playback` plays them and `playlists` stores
them; `commands` holds the actions of menus and shortcuts; `pages`, `panes` and `settings` are independent of each
other; `window` combines everything.
"""
