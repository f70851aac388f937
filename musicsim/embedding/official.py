"""The official OpenL3 audio models: their addresses, and the hashes of their files.

Release 0.4.0, branch ``models`` of https://github.com/marl/openl3. Git identifies each file's content by its blob id, a
hash listed in the repository's tree. The two SHA-256 were recorded by another project.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from musicsim.embedding.description import ContentType, InputRepr
from musicsim.embedding.weights import official_name

RELEASE_URL: Final = "https://github.com/marl/openl3/raw/c2321e8c1e68213357431f1868380a0ef224ce03"
"""The folder of the archives, at the release's commit: its content never changes."""

ATTRIBUTION: Final = (
    "OpenL3's weights by Cramer, Wu, Salamon and Bello (“Look, Listen and Learn More: Design Choices for Deep Audio "
    "Embeddings”, ICASSP 2019), licence CC BY 4.0"
)


@dataclass(frozen=True, slots=True)
class OfficialModel:
    """A published model: one HDF5 weight file, packed with gzip.

    Attributes
    ----------
    input_repr, content_type
        Its front end, and its training material.
    archive_blob
        The git blob id of the archive, in hexadecimal.
    archive_sha256, file_sha256
        The SHA-256 of the archive and of the file in it, if known.
    """

    input_repr: InputRepr
    content_type: ContentType
    archive_blob: str
    archive_sha256: str | None = None
    file_sha256: str | None = None

    @property
    def name(self) -> str:
        """The name for the listener, such as ``"openl3-mel256-music"``."""
        return f"openl3-{self.input_repr}-{self.content_type}"

    @property
    def file_name(self) -> str:
        """The published name of its weight file."""
        return f"openl3_audio_{self.input_repr}_{self.content_type}-v0_4_0.h5"

    @property
    def archive_name(self) -> str:
        """The published name of its archive."""
        return f"{self.file_name}.gz"

    def is_archive(self, path: Path) -> bool:
        """Return whether a file equals the published archive.

        Raises
        ------
        OSError
            If it can't be read.
        """
        size = path.stat().st_size
        with path.open("rb") as file:
            blob = hashlib.file_digest(file, lambda: hashlib.sha1(b"blob %d\0" % size))
        return blob.hexdigest() == self.archive_blob and self.archive_sha256 in (
            None,
            _sha256(path),
        )

    def is_file(self, path: Path) -> bool | None:
        """Return whether a weight file equals the published one; None if unknown.

        Raises
        ------
        OSError
            If it can't be read.
        """
        return None if self.file_sha256 is None else _sha256(path) == self.file_sha256


# The best for music first; for each kind of content, the strongest network in OpenL3's paper.
OFFICIAL_MODELS: Final = (
    OfficialModel(
        "mel256",
        "music",
        archive_blob="15e483646fa3d4091a463f0affbb706e6bbbb098",
        archive_sha256="e379f41e880b78e157c199ebddac80d3764e6a46282bcccdbe875bcf538f9afd",
        file_sha256="624ee7b1dd5ff87e18073f66fd8b2052bebb8ac70210e9c0937c0c940c63e9d6",
    ),
    OfficialModel("mel128", "music", archive_blob="73ff29de441865318c4b3a3f98c40763c4773e7c"),
    OfficialModel("linear", "music", archive_blob="4e2e61beb17865481c8b8791c72eac8307e2753a"),
    OfficialModel("mel256", "env", archive_blob="34dbd7a91cdd2de6a3d6d036ac0a24d27d78e3cc"),
    OfficialModel("mel128", "env", archive_blob="8c3dfee140f7776373841e5938a3e76c54f28942"),
    OfficialModel("linear", "env", archive_blob="7837407f033f3564c7e8d53fc4a4241fe160478b"),
)


def official_model(name: str) -> OfficialModel | None:
    """Return the official model of a name such as ``"openl3-mel256-music"``; None for any other name."""
    return next((model for model in OFFICIAL_MODELS if model.name == name), None)


def official_model_of(path: Path) -> OfficialModel | None:
    """Return the official model with a file's name, archive or not; None for any other file."""
    named = official_name(path.with_suffix("") if path.suffix == ".gz" else path)
    return None if named is None else official_model("openl3-{}-{}".format(*named))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
