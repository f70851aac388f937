"""Which model listens, which one is searched, and where models come from."""
