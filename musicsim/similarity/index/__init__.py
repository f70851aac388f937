"""The index of vectors: exact, and by Chroma."""
