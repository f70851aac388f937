"""What a track's sound is known by, whatever its file is called and its tags say."""

from __future__ import annotations

import hashlib

import numpy as np

from musicsim.audio.plan import FIRST_PASS
from musicsim.audio.signal import Sound

_LARGEST = 2.0**30


def fingerprint(windows: Sound, duration: float) -> bytes:
    """The fingerprint of a track: a digest of its length and of the decoded windows of its first pass.

    Copies of a file have the same, with other tags too, and so has the same sound in another lossless format. An
    encoding of it by another codec has not.

    Parameters
    ----------
    windows
        The windows of a sample, in the order of its plan, shape (N, 48000); those beyond the first pass don't count.
    duration
        Seconds.

    Returns
    -------
    bytes
        16 of them.
    """
    digest = hashlib.blake2b(digest_size=16)
    # A tenth of a second: containers round a length to their own units.
    digest.update(round(10 * duration).to_bytes(8, "little"))
    # 16 bits, so that formats of more bits, and what a resampler adds to them, make no difference below those.
    samples = (windows[:FIRST_PASS] * 32_767).round()
    # By way of 32 bits: what processors make of a number that is too large for the type differs, and a damaged file of
    # floats has some that are.
    samples = samples.clip(-_LARGEST, _LARGEST).astype(np.int32)
    digest.update(samples.astype("<i2").tobytes())
    return digest.digest()
