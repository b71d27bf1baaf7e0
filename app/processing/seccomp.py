"""A system-call filter for the child: no sockets, no new processes, no reach into other processes.

The program is classic BPF, installed by seccomp(2). Everything is allowed but what is named here, since
codecs use many harmless calls; files are Landlock's part.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Collection
from dataclasses import dataclass

SECCOMP_SET_MODE_FILTER = 1
ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
LOAD, EQUALS, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, ARCH_AT, ARGS_AT = 0, 4, 16
CLONE_THREAD = 0x00010000
X32_BIT = 0x40000000
PR_SET_NAME, PR_GET_NAME, PR_SET_VMA = 15, 16, 0x53564D41

# Numbers of (x86_64, aarch64); None where the call does not exist.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # network
    **{"socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200)},
    **{"listen": (50, 201), "accept": (43, 202), "accept4": (288, 242)},
    # new programs and processes
    **{"execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None)},
    **{"setsid": (112, 157), "setpgid": (109, 154), "memfd_create": (319, 279)},
    # other processes
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424)},
    **{"kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)},
    **{"process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272)},
    **{"shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180)},
    # what a file is, other than its content: Landlock does not guard these
    **{"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452)},
    **{"chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54)},
    **{"utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88)},
    **{"setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7)},
    **{"removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16)},
    **{"open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "fanotify_init": (300, 262)},
    # the machine
    **{"mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51)},
    **{"setns": (308, 268), "unshare": (272, 97), "open_tree": (428, 428), "move_mount": (429, 429)},
    **{"fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "mount_setattr": (442, 442)},
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "syslog": (103, 116)},
    **{"io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427)},
    **{"keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "personality": (135, 92)},
    **{"init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106)},
    **{"kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142), "acct": (163, 89)},
    **{"swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443)},
    **{"settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171)},
    **{"sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None)},
    **{"modify_ldt": (154, None), "vhangup": (153, 58)},
    # its share of the processors: as root, SVT-AV1 takes real-time priority and keeps every other process waiting
    **{"sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274)},
    # rights and limits
    **{"setrlimit": (160, 164), "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145)},
    **{"setregid": (114, 143), "setresuid": (117, 147), "setresgid": (119, 149), "setfsuid": (122, 151)},
    **{"setfsgid": (123, 152), "setgroups": (116, 159), "capset": (126, 91)},
}

# What a client of the network needs; looking a name up binds a socket to the kernel's routes.
CLIENT = frozenset({"socket", "connect", "bind"})


@dataclass(frozen=True)
class Machine:
    """What the filter must know of a processor: its audit name and the calls treated one by one."""

    column: int
    audit_arch: int
    seccomp: int
    clone: int
    tgkill: int
    prctl: int
    prlimit64: int
    clone3: int = 435


MACHINES = {
    "x86_64": Machine(0, 0xC000003E, seccomp=317, clone=56, tgkill=234, prctl=157, prlimit64=302),
    "aarch64": Machine(1, 0xC00000B7, seccomp=277, clone=220, tgkill=131, prctl=167, prlimit64=261),
}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def install(*, network: bool = False) -> bool:
    """Put the filter on this process for good; False where the machine or the kernel has none.

    ``network``: it may connect to others, and still not be connected to.

    Needs no_new_privs set. Must be called while the process has one thread: later ones inherit it.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = b"".join(program(machine, os.getpid(), CLIENT if network else ()))
    libc = ctypes.CDLL(None, use_errno=True)
    filter_ = _Program(len(code) // 8, code)
    return bool(libc.syscall(machine.seccomp, SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(filter_)) == 0)


def program(machine: Machine, pid: int, allowed: Collection[str] = ()) -> list[bytes]:
    """Build the filter: eight bytes an instruction, jumps never longer than one block."""
    code = [_step(LOAD, ARCH_AT), _step(EQUALS, machine.audit_arch, 1, 0), _step(RETURN, KILL)]
    code.append(_step(LOAD, NUMBER_AT))
    if machine.column == 0:
        code += [_step(AT_LEAST, X32_BIT, 0, 1), _step(RETURN, EPERM)]
    # glibc falls back to clone, whose flags can be read, when clone3 is missing.
    code += [_step(EQUALS, machine.clone3, 0, 1), _step(RETURN, ENOSYS)]
    code += _only(machine.clone, [_step(LOAD, _argument(0)), _step(ANY_BIT, CLONE_THREAD, 1, 0)])
    code += _only(machine.tgkill, [_step(LOAD, _argument(0)), _step(EQUALS, pid, 1, 0)])
    code += _only(machine.prctl, _harmless_prctl())
    code += _only(machine.prlimit64, _reading_a_limit())
    for name, numbers in DENIED.items():
        number = numbers[machine.column]
        if number is not None and name not in allowed:
            code += [_step(EQUALS, number, 0, 1), _step(RETURN, EPERM)]
    return [*code, _step(RETURN, ALLOW)]


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, if_true, if_false, value)


def _argument(index: int, high: bool = False) -> int:
    return ARGS_AT + 8 * index + 4 * high


def _only(number: int, test: list[bytes]) -> list[bytes]:
    """Let one call pass when its test jumps one instruction ahead, else refuse it."""
    block = [*test, _step(RETURN, EPERM), _step(RETURN, ALLOW)]
    return [_step(EQUALS, number, 0, len(block)), *block]


def _harmless_prctl() -> list[bytes]:
    """Names of threads and of memory, and nothing else."""
    checks = [_step(EQUALS, option, 2 - place + 1, 0) for place, option in enumerate((PR_SET_NAME, PR_GET_NAME))]
    return [_step(LOAD, _argument(0)), *checks, _step(EQUALS, PR_SET_VMA, 1, 0)]


def _reading_a_limit() -> list[bytes]:
    """The new limit, the third argument, must be NULL in both halves."""
    return [
        _step(LOAD, _argument(2)),
        _step(EQUALS, 0, 0, 2),
        _step(LOAD, _argument(2, high=True)),
        _step(EQUALS, 0, 1, 0),
    ]
