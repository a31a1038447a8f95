"""Layer tars and tar-split files, read from their headers.

In comes a stream of bytes; out comes a ``LayerIndex`` with a row for each member, and
the contents that a sieve asked for. Read ``index.index_tar`` first: it takes usual members
many at a time (``bulk``) and all others one by one (``member``); both must say the same.
"""
