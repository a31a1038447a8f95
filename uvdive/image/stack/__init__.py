"""Layers over each other: what is alive in the end, and what killed the rest.

In come the indexes of all layers, bottom first; out come a ``FileTable`` with every entry
and inode, its birth, death and cause, and where each inode's content is. Read
``stack.stack`` first, then ``alive.Living``, which whiteouts and replacements act on.
"""
