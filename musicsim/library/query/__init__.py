"""What is asked of tracks: text folded for comparing, and words searched for."""
