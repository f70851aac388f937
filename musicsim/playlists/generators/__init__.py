"""Generators that make a list from a seed, one module each."""
