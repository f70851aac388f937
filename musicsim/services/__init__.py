"""What the window and the command line call: each package is one thing that they can ask for."""
