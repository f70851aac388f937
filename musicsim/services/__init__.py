"""The services that the window and the command line call, one package each.

`collection` keeps the library in step with the music folders, `listening` embeds it, `finding` searches for similar
tracks, `making` makes lists of them, and `models` manages the models. A slow call returns a Future, or its docstring
says that it blocks. `base.events` reports what happens meanwhile.
"""
