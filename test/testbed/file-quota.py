#!/usr/bin/python3
"""A file system over another of limited size, which says EDQUOT (Disk quota exceeded) where that one says ENOSPC: what a
quota of files looks like to a program, on kernels that have none. FUSE, by fusepy.

    file-quota.py LIMITED PLACE       comes back when it is mounted; ends with its namespace
"""

import errno
import os
import sys
import time

from fusepy import FUSE, Operations, fuse_get_context

# utimensat(2), as libfuse hands it on.
NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2
FACTS = [f"st_{name}" for name in ("ino", "mode", "nlink", "uid", "gid", "size", "blocks", "rdev", "blksize")]


def real(path: str) -> bytes:
    """fusepy decodes names: as Latin-1 here, so that any bytes come through. The root is the limited file system."""
    return path.encode("latin-1")


def theirs(path: str) -> None:
    """What root made for somebody is theirs."""
    uid, gid, _ = fuse_get_context()
    os.chown(real(path), uid, gid, follow_symlinks=False)


class Quota(Operations):
    use_ns = True

    def __init__(self, limited: str) -> None:
        self.limited = limited

    def __call__(self, operation: str, *args):
        try:
            return getattr(self, operation)(*args)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise OSError(errno.EDQUOT, "") from error
            raise

    def init(self, path: str) -> None:
        # Nothing that a user names, links included, leads outside.
        os.chroot(self.limited)
        os.chdir("/")
        os.umask(0)

    def getattr(self, path: str, fh=None):
        facts = os.fstat(fh) if fh else os.lstat(real(path))
        times = {f"st_{name}": getattr(facts, f"st_{name}_ns") for name in ("atime", "mtime", "ctime")}
        return {name: getattr(facts, name) for name in FACTS} | times

    def statfs(self, path: str):
        facts = os.statvfs("/")
        return {name: getattr(facts, name) for name in dir(facts) if name.startswith("f_") and name != "f_fsid"}

    def readdir(self, path: str, fh: int):
        return [".", "..", *(name.decode("latin-1") for name in os.listdir(real(path)))]

    def readlink(self, path: str) -> str:
        return os.readlink(real(path)).decode("latin-1")

    def mknod(self, path: str, mode: int, device: int) -> None:
        os.mknod(real(path), mode, device)
        theirs(path)

    def mkdir(self, path: str, mode: int) -> None:
        os.mkdir(real(path), mode)
        theirs(path)

    def symlink(self, path: str, to: str) -> None:
        os.symlink(real(to), real(path))
        theirs(path)

    def link(self, path: str, to: str) -> None:
        os.link(real(to), real(path), follow_symlinks=False)

    def create(self, path: str, mode: int, info=None) -> int:
        opened = os.open(real(path), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, mode)
        theirs(path)
        return opened

    def open(self, path: str, flags: int) -> int:
        # Where it is written is the kernel's to say, which has seen O_APPEND.
        return os.open(real(path), (flags & os.O_ACCMODE) | os.O_NOFOLLOW)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh=None) -> None:
        os.truncate(fh if fh else real(path), length)

    def fsync(self, path: str, only_data: int, fh: int) -> None:
        os.fsync(fh)

    def release(self, path: str, fh: int) -> None:
        os.close(fh)

    def unlink(self, path: str) -> None:
        os.unlink(real(path))

    def rmdir(self, path: str) -> None:
        os.rmdir(real(path))

    def rename(self, path: str, to: str) -> None:
        os.rename(real(path), real(to))

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(real(path), mode)

    def chown(self, path: str, uid: int, gid: int) -> None:
        os.chown(real(path), uid, gid, follow_symlinks=False)

    def utimens(self, path: str, times) -> None:
        before = os.lstat(real(path))
        kept = (before.st_atime_ns, before.st_mtime_ns)
        special = [{NOW: time.time_ns(), OMIT: old} for old in kept]
        wanted = [special[at].get(given, given) for at, given in enumerate(times or (NOW, NOW))]
        os.utime(real(path), ns=(wanted[0], wanted[1]), follow_symlinks=False)


if __name__ == "__main__":
    limited, place = sys.argv[1:]
    mounted = os.fsencode(place).decode("latin-1")
    FUSE(Quota(limited), mounted, encoding="latin-1", fsname="file-quota",
         allow_other=True, default_permissions=True, use_ino=True, big_writes=True)
