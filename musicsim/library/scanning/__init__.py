"""Finds out which files there are: walking, scanning, watching, and telling a moved file from a new one."""
