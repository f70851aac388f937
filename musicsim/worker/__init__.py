"""The worker process, which decodes, embeds and owns the index, and the client that talks to it.

May import `audio`, `embedding` and `similarity`.
"""
