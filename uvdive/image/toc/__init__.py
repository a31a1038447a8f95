"""Tables of contents that layers carry: which files are in one, and where each one's bytes are.

In come the few bytes of an eStargz or zstd:chunked blob that hold its table; out comes a
``LayerIndex`` as reading all of its tar gives, and where each file's pieces lie. Nothing here asks
a registry. Read ``notes.Note`` first, then ``table.read_table``.
"""
