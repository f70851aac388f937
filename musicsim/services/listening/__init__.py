"""Embedding the library, with a choice of depth and of the machine's resources.

`listening` is the interface for window and command line. `embedder` goes over the library pass by pass and feeds the
worker, `storing` stores the results, and `suspects` finds a file that crashes the worker.
"""
