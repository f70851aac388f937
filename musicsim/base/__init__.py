"""The common base: errors, events, the data folder and its lock, resources, and atomic file writing.

Imports nothing else of musicsim.
"""
