"""The ways to a clipboard beside the terminal's own (OSC 52): tmux, and the machine's tools.

The app writes OSC 52 itself, which works over ssh too. tmux takes it from a program only with
``set-clipboard on``; by default (``external``) it drops it, and hands on what its own
``load-buffer -w`` is given (https://github.com/tmux/tmux/wiki/Clipboard).
"""

from __future__ import annotations

import os
import subprocess

BY_TERMINAL = "by the terminal (OSC 52)"
_SECONDS = 5.0
_MOST = 700_000
"""Bytes that a terminal is sent: tmux drops what is more than 1 MiB in base64, others less."""


def fits_terminal(text: str) -> bool:
    """Is the text short enough for a terminal's clipboard?"""
    return len(text.encode("utf-8", "replace")) <= _MOST


def copy_beside(text: str) -> str:
    """Copy a text by tmux and by a tool of this machine, which may take a while.

    Returns:
        How it was copied, in words that follow "Copied", the terminal's own way included; nothing
        where the text is too long for it, and there is no other way.
    """
    by_tmux = copy_by_tmux(text)
    tool = copy_locally(text)
    if by_tmux:
        return f"by {tool} and tmux" if tool else "by tmux"
    if not fits_terminal(text):
        return f"by {tool}" if tool else ""
    if tool:
        return f"by {tool}, and by the terminal"
    if os.environ.get("TERM", "").startswith(("tmux", "screen")):
        # Over ssh: tmux is on the other machine, and can't be asked.
        return f"{BY_TERMINAL}, if tmux has set-clipboard on"
    return BY_TERMINAL


def copy_by_tmux(text: str) -> bool:
    """Copy a text by the tmux that this runs in, if it runs in one: its buffer and, by it, the terminal's.

    Returns:
        Did tmux take it?
    """
    data = text.encode("utf-8", "replace")
    # A tmux before 3.2 has no -w.
    return bool(os.environ.get("TMUX")) and (
        _tmux("load-buffer", "-w", "-", data=data) or _tmux("load-buffer", "-", data=data)
    )


def _tmux(*words: str, data: bytes) -> bool:
    """Give tmux something; False where it is not there, fails or hangs."""
    try:
        done = subprocess.run(
            ["tmux", *words], input=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def copy_locally(text: str) -> str:
    """Copy a text by a tool of this machine, which may take a while.

    Returns:
        The tool's name, as ``xclip``; empty where there is none, or it failed.
    """
    import pyperclip  # type: ignore[import-untyped]

    try:
        copy, _ = pyperclip.determine_clipboard()
        copy(text)
    except (pyperclip.PyperclipException, OSError):
        return ""
    # The functions are called copy_xclip, copy_wl, copy_osx_pbcopy …
    return str(getattr(copy, "__name__", "")).removeprefix("copy_").removeprefix("osx_")
