"""The index of vectors: exact, or with Chroma."""
