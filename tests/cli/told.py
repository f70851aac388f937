"""What a command answered."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Told(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)
