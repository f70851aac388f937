"""Training of the starter weights, from free music to the file; see README.md. Not shipped with the program."""
