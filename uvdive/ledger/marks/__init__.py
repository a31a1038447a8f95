"""How a part of the tree is marked as somebody's.

In come the columns of an image's files and the contents that were kept of them; out
come folders that belong to a component (``regions``), files that databases claim for some
layers (``claims``), and quick searches of names. Read ``regions.Regions.add`` and
``claims.Claims.get`` first: all that tells whose a file is speaks through these two.
"""
