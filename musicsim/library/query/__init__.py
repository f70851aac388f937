"""Queries on tracks: text folded for comparing, and word search."""
