"""What embeds the library, how thoroughly and at what cost.

`listening` is what the faces call. `embedder` goes over the library pass by pass and feeds the worker, `storing` keeps
what comes back, `suspects` finds the file with which the worker dies.
"""
