"""The byte ledger: who owns every byte of an image, and which of them are dead.

In come an image's layers, laid over each other (``uvdive.image``), and the small files
that ``wanted.py`` names; out comes one frozen ``report.ImageReport``, from which every
view, finding, check and rewrite is made. Read ``assemble.make_report`` first.
"""
