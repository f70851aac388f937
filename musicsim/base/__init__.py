"""What every room stands on: errors, events, the data folder and its lock, resources, and writing files whole.

Imports nothing else of musicsim.
"""
