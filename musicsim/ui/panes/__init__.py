"""Panes beside the page: similar tracks, the queue, the history."""
