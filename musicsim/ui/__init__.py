"""The window: models, views, player, theme. The only room that imports Qt.

Thin: it makes no decision that the command line could not make too.
"""
