"""The fingerprint that identifies a track's sound, whatever its file name and tags."""

from __future__ import annotations

import hashlib

import numpy as np

from musicsim.audio.plan import FIRST_PASS
from musicsim.audio.signal import Sound

_LARGEST = 2.0**30


def fingerprint(windows: Sound, duration: float) -> bytes:
    """Return the fingerprint of a track: a digest of its length and the decoded windows of its first pass.

    Copies of a file have the same fingerprint, even with other tags. So has the same sound in another lossless format,
    but not in another lossy codec.

    Parameters
    ----------
    windows
        The windows of a sample, in the order of its plan, shape (N, 48000); those beyond the first pass are ignored.
    duration
        Seconds.

    Returns
    -------
    bytes
        16 bytes.
    """
    digest = hashlib.blake2b(digest_size=16)
    # In tenths of a second, since containers round a length to their own units.
    digest.update(round(10 * duration).to_bytes(8, "little"))
    # 16 bits, so that formats with more bits, and a resampler's noise below them, make no difference.
    samples = (windows[:FIRST_PASS] * 32_767).round()
    # Convert via 32 bits: processors differ in converting numbers too large for a type, and damaged float files have
    # some.
    samples = samples.clip(-_LARGEST, _LARGEST).astype(np.int32)
    digest.update(samples.astype("<i2").tobytes())
    return digest.digest()
