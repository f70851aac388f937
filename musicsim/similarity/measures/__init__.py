"""Measures of a space: ranking, relevance, chance, and measures without labels."""
