"""Python as a Mac has it, as far as Linux can play one: for each interpreter with this folder in PYTHONPATH.

``uvdive.base.machine.PLATFORM`` says darwin; ``sys.platform`` does not, as Python itself and the libraries
would call what is not there. What Python has on Linux alone is gone ("Availability: Linux" in its
documentation, or "not macOS"), with what macOS lacks of POSIX. There is no /proc, no /sys and no storage of
an engine. A fork fails loudly: macOS has it, and uvdive must not use it there.
"""

from __future__ import annotations

import fcntl
import functools
import os
import re
import resource
import select
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

LACKS = {
    os: r"""eventfd\w* memfd_create pidfd_open posix_fadvise posix_fallocate splice copy_file_range getrandom
        setns unshare \w+xattr sched_(?!yield$|get_priority)\w+ [gs]etresuid [gs]etresgid pipe2 fdatasync
        waitid timerfd\w* MFD_\w+ EFD_\w+ PIDFD_\w+ POSIX_FADV_\w+ SPLICE_\w+ GRND_\w+ CLONE_\w+ XATTR_\w+
        SCHED_\w+ O_(?:PATH|TMPFILE|DIRECT|NOATIME|LARGEFILE|RSYNC) P_PIDFD RWF_\w+ RTLD_DEEPBIND""",
    select: r"epoll EPOLL\w*",
    signal: r"sigwaitinfo sigtimedwait pidfd_send_signal SIGPWR SIGSTKFLT SIGPOLL SIGRTM\w+ SIGCLD",
    socket: r"""SOCK_CLOEXEC SOCK_NONBLOCK AF_(?:NETLINK|PACKET|VSOCK|ALG|CAN|TIPC|QIPCRTR) SO_PEERCRED
        SO_PASSCRED SO_BINDTODEVICE MSG_NOSIGNAL MSG_CMSG_CLOEXEC
        TCP_(?:USER_TIMEOUT|CORK|QUICKACK|DEFER_ACCEPT)""",
    fcntl: r"F_[GS]ETPIPE_SZ F_ADD_SEALS F_GET_SEALS F_SEAL_\w+ F_NOTIFY DN_\w+ F_[GS]ETSIG F_[GS]ETLEASE",
    resource: r"prlimit RUSAGE_THREAD RLIMIT_(?:MSGQUEUE|NICE|RTPRIO|RTTIME|SIGPENDING|OFILE)",
    time: r"CLOCK_(?:BOOTTIME|TAI) pthread_getcpuclockid",
}
"""What is no part of a Mac's Python: patterns of names, by module."""

GONE = ("/proc", "/sys", "/var/lib/docker", "/var/lib/containers")
"""Folders that are not there."""

EVENTS = frozenset({"open", "os.listdir", "os.scandir", "os.chdir"})
"""What Python tells to its audit hooks before it does it; a hook that raises prevents it."""

F_GETPATH = 50
_SUN_PATH = 104
"""Bytes of a socket's path on macOS, its end among them (unix(4))."""


def _missing(path: object) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return False
    text = os.fsdecode(path)
    return any(text == each or text.startswith(f"{each}/") for each in GONE)


def _prevent(event: str, args: tuple[object, ...]) -> None:
    if event in EVENTS and args and _missing(args[0]):
        raise FileNotFoundError(2, "No such file or directory", str(args[0]))
    if event == "os.fork":
        raise AssertionError("a Mac must not fork")


def _without_what_is_gone(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def looks(path: Any, *args: Any, **kwargs: Any) -> Any:
        if _missing(path):
            raise FileNotFoundError(2, "No such file or directory", os.fsdecode(path))
        return real(path, *args, **kwargs)

    return looks


def become() -> None:
    """Make this interpreter one of a Mac."""
    for module, patterns in LACKS.items():
        gone = re.compile("|".join(f"(?:{pattern})" for pattern in patterns.split()))
        for name in [name for name in vars(module) if gone.fullmatch(name)]:
            delattr(module, name)
    if hasattr(os, "process_cpu_count"):  # Python 3.13's asks what is gone now
        os.process_cpu_count = os.cpu_count
    from uvdive.base import machine

    machine.PLATFORM = "darwin"
    real_readlink, real_fcntl = os.readlink, fcntl.fcntl

    def fcntl_of_macos(fd: Any, command: int, arg: Any = 0) -> Any:
        if command != F_GETPATH:
            return real_fcntl(fd, command, arg)
        number = fd if isinstance(fd, int) else fd.fileno()
        return os.fsencode(real_readlink(f"/proc/self/fd/{number}")).ljust(len(arg), b"\0")

    fcntl.fcntl = fcntl_of_macos
    for name in ("stat", "lstat", "readlink"):
        setattr(os, name, _without_what_is_gone(getattr(os, name)))
    selectors.DefaultSelector = selectors.PollSelector
    _without_long_sockets()
    sys.addaudithook(_prevent)


def _without_long_sockets() -> None:
    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in ("socket.bind", "socket.connect") and isinstance(args[1], str | bytes):
            path = os.fsencode(args[1])
            if len(path) >= _SUN_PATH or path.startswith(b"\0"):
                raise OSError("AF_UNIX path too long")

    sys.addaudithook(hook)


become()
