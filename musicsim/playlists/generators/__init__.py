"""What makes a list from a seed, one module for each way."""
