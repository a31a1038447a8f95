"""Several images at once: a history of saved reports, many that are checked, and what many share.

Each image is read in a fork of its own, as many at a time as the machine bears (``base/machine.py``),
which hands over what is small. Read ``history.read_history``, ``checks.check_all`` and
``sharing.read_shared`` first.
"""
