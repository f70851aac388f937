"""What the window and the command line call, each package one thing that they can ask for.

`collection` keeps the library up to date with the music folders, `listening` embeds it, `finding` says what is similar,
`making` makes lists of that, and `models` knows which model listens. What takes long returns a Future, or says that it
blocks; what happens meanwhile is told by `base.events`.
"""
