"""Whose files are Python's, a distribution's, conda's and uv's.

In come the marked tree and the RECORDs, ``pyvenv.cfg`` files and headers that were kept;
out come regions and claims for interpreters, environments and every distribution in
them, and the places where they are (``places.PythonPlace``). Read ``places.find_places`` first,
then ``distributions.claim_site``, which lets each distribution of one folder claim its files.
"""
