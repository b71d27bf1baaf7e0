"""Shut this process in for good: limits, no new rights, files by Landlock, calls by seccomp.

Linux only; elsewhere, and where the kernel lacks a layer, the layer is reported as missing. Used by the
child alone, before it opens the recording. Landlock: landlock(7), ABI 1 (5.13) and later.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.processing import seccomp

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 1, 38, 39
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
# Rights known to each version of the interface: the first 13, then refer, truncate and ioctl.
RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
RIGHTS_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
NO_TCP, NO_TCP_SERVER = 0b11, 0b01
NO_ABSTRACT_SOCKETS_OR_SIGNALS = 0b11

SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/urandom")


@dataclass(frozen=True)
class Limits:
    """What a task may use; ``silence_s`` is the longest time without a sign of progress."""

    wall_s: float = 3600
    silence_s: float = 300
    cpu_s: int = 7200
    memory_bytes: int = 2 << 30
    file_bytes: int = 64 << 30
    open_files: int = 64
    niceness: int = 0
    # Fetching alone may connect; listening stays forbidden.
    network: bool = False


@dataclass(frozen=True)
class Layers:
    """Which layers hold in this process; ``landlock`` is the version of the interface, 0 for none."""

    landlock: int
    seccomp: bool
    no_new_privs: bool
    rlimits: bool

    @property
    def complete(self) -> bool:
        return bool(self.landlock and self.seccomp and self.no_new_privs and self.rlimits)

    def as_dict(self) -> dict[str, int | bool]:
        return {**asdict(self), "complete": self.complete}


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, and leave at once if it has."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def confine(reads: Sequence[Path], work_dir: Path, limits: Limits) -> Layers:
    """Allow reading ``reads`` and Python's own files, writing below ``work_dir``, and no more.

    Needs a process with one thread, since each layer binds the calling thread and its later children.
    """
    if limits.niceness:
        os.nice(limits.niceness)
    limited = _limit_resources(limits)
    if sys.platform != "linux":
        return Layers(0, False, False, limited)
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("the child has threads before it is shut in")
    bound = _forbid_new_rights()
    landlock = _restrict_files(reads, work_dir, NO_TCP_SERVER if limits.network else NO_TCP) if bound else 0
    return Layers(landlock, bound and seccomp.install(network=limits.network), bound, limited)


def landlock_version() -> int:
    """Give the version of Landlock this kernel offers, 0 when it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(CREATE_RULESET, None, 0, ASK_VERSION)))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _limit_resources(limits: Limits) -> bool:
    """Set the soft and the hard limits, so that neither can be raised again."""
    wanted = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        ceiling = hard if hard != resource.RLIM_INFINITY else sys.maxsize
        # The processor's soft limit ends with a signal that names the cause; the hard one only kills.
        highest = value + 1 if kind == resource.RLIMIT_CPU else value
        resource.setrlimit(kind, (min(value, ceiling), min(highest, ceiling)))
    return True


def _forbid_new_rights() -> bool:
    libc = _libc()
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)


def _restrict_files(reads: Sequence[Path], work_dir: Path, no_tcp: int) -> int:
    """Apply Landlock and give its version, 0 when the kernel has none."""
    version = landlock_version()
    if not version:
        return 0
    libc, rights = _libc(), RIGHTS_BY_ABI[min(version, 5)]
    attributes = struct.pack("=QQQ", rights, no_tcp, NO_ABSTRACT_SOCKETS_OR_SIGNALS)
    known = attributes[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(CREATE_RULESET, known, len(known), 0)
    if ruleset < 0:
        return 0
    for path in (*reads, *_own_files()):
        _allow(ruleset, path, (READ_FILE | READ_DIR) & rights)
    _allow(ruleset, Path(DEVICES[0]), (READ_FILE | WRITE_FILE) & rights)
    _allow(ruleset, work_dir, rights & ~EXECUTE)
    applied = libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return version if applied else 0


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not path.is_dir():
        rights &= RIGHTS_OF_A_FILE
    rule = struct.pack("=Qi", rights, place)
    failed = _libc().syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
    os.close(place)
    if failed:
        raise OSError(ctypes.get_errno(), "Landlock refused a rule", str(path))


def _own_files() -> list[Path]:
    """Python's library and packages, our two rooms of pure code, shared libraries, two devices."""
    ours = Path(__file__).resolve().parents[2]
    packages = [Path(entry).resolve() for entry in sys.path if entry]
    library = Path(sysconfig.get_paths()["stdlib"]).resolve()
    # The root of the project is on the path too, and may hold the database: only two rooms of it are read.
    places = [library, *(place for place in packages if place != ours)]
    places += [ours / "app" / "processing", ours / "app" / "core"]
    return [*places, *map(Path, SYSTEM_LIBRARIES), *map(Path, DEVICES)]
