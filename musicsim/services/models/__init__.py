"""The models: which one listens, which one is searched, and their downloads."""
