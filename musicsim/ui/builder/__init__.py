"""Parts of the page on which the listener makes a playlist: seeds, settings, rules, the list and its curve.

The draft and what is done to it are in `musicsim.services.making.drafts`, without Qt.
"""
