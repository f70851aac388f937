"""Imports of the process that the tests' workers are forked from; see `warm_workers`."""

import functools

import chromadb  # noqa: F401, TID253 (a worker imports it, too)

from musicsim.embedding import Model
from musicsim.embedding.runtime import import_tensorflow
from musicsim.worker import process

import_tensorflow()
# Where a machine has bfloat16, a worker first compares it with float32, for half a second; test_model does that, too.
process.Model = functools.partial(Model, precision="float32")
