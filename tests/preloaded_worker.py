"""What the process imports from which the tests' workers are forked; see `warm_workers`."""

import importlib

from musicsim.embedding.runtime import import_tensorflow

for module in ("musicsim.worker.process", "chromadb"):
    importlib.import_module(module)
import_tensorflow()
