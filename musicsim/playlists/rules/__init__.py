"""The rules that choose among the nearest neighbours, and the keys by which they know songs, artists and albums."""
