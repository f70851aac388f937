"""The file systems of folders, and which of them are on other computers."""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
# This machine is not told of changes by others there.
_NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs",
        "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs", "vboxsf",
    }
)  # fmt: skip


def is_network_folder(folder: Path) -> bool:
    """Return whether a folder is on another computer, as far as the system says."""
    return file_system_of(folder) in _NETWORK


def file_system_of(folder: Path) -> str:
    """Return the kind of a folder's file system, such as "ext4" or "vfat"; empty if the system doesn't say."""
    try:
        # Not splitlines, which also splits inside names: the file escapes only a line feed in them, as "\\012".
        lines = os.fsdecode(MOUNTS.read_bytes()).split("\n")
    except OSError:
        return ""
    folder = Path(os.path.realpath(folder))
    # The last of the innermost mounts, since mounts can be stacked.
    found, kind = Path(), ""
    for line in filter(None, lines):
        _, place, of_kind, *_ = line.split(" ")
        # The file writes a space as "\\040".
        mounted = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), place))
        if folder.is_relative_to(mounted) and len(mounted.parts) >= len(found.parts):
            found, kind = mounted, of_kind
    return kind
