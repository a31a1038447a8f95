"""A file's capabilities in words, from the extended attribute ``security.capability``.

The bytes are ``struct vfs_ns_cap_data`` and the names those of ``linux/capability.h``
(https://man7.org/linux/man-pages/man7/capabilities.7.html); the words are ``getcap``'s.
"""

from __future__ import annotations

import struct

ATTRIBUTE = "security.capability"

NAMES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid",
    "setpcap", "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw",
    "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct",
    "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod",
    "lease", "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog",
    "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
)  # fmt: skip
"""By their number, without the ``cap_`` in front."""

_EFFECTIVE = 1


def capability_words(digits: str) -> str:
    """``cap_net_bind_service=ep``, from the attribute in hexadecimal digits; these where they are none."""
    try:
        data = bytes.fromhex(digits)
        numbers = struct.unpack(f"<{len(data) // 4}I", data)
        words = [_word(numbers, number) for number in range(64)]
    except (ValueError, struct.error, IndexError):
        return digits
    by_flags: dict[str, list[str]] = {}
    for number, flags in enumerate(words):
        if flags:
            name = f"cap_{NAMES[number]}" if number < len(NAMES) else f"cap_{number}"
            by_flags.setdefault(flags, []).append(name)
    return " ".join(f"{','.join(names)}={flags}" for flags, names in by_flags.items()) or "no capability"


def _word(numbers: tuple[int, ...], number: int) -> str:
    """The flags of one capability: ``ep``, ``i`` …; IndexError where the attribute is too short."""
    place, bit = divmod(number, 32)
    if place and numbers[0] >> 24 == 1:
        return ""  # the first revision had 32 capabilities
    permitted, inheritable = (numbers[1 + 2 * place + which] >> bit & 1 for which in (0, 1))
    flags = ("i" if inheritable else "") + ("p" if permitted else "")
    return f"e{flags}" if flags and numbers[0] & _EFFECTIVE else flags
