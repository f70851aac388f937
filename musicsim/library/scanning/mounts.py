"""Which folders lie on other computers."""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
# What others do there is not told to this machine.
_NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs",
        "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs", "vboxsf",
    }
)  # fmt: skip


def is_network_folder(folder: Path) -> bool:
    """Whether a folder lies on another computer, as far as the system says."""
    try:
        # Not by splitlines, which splits names as well: the file writes only a line feed in them as "\\012".
        lines = os.fsdecode(MOUNTS.read_bytes()).split("\n")
    except OSError:
        return False
    folder = Path(os.path.realpath(folder))
    # The last of those that hold the folder most closely: mounts lie on top of each other.
    found, kind = Path(), ""
    for line in filter(None, lines):
        _, place, of_kind, *_ = line.split(" ")
        # The file writes a space as "\\040".
        mounted = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), place))
        if folder.is_relative_to(mounted) and len(mounted.parts) >= len(found.parts):
            found, kind = mounted, of_kind
    return kind in _NETWORK
