"""How the starter weights are made, from free music to the file; see README.md. Not shipped with the program."""
