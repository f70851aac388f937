"""Making lists from seeds."""
