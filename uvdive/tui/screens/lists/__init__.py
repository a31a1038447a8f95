"""Screens of one table that words sift and a key orders: waste, findings, packages.

In comes a report; out goes, by the ``Host``, the path, layer or line that an item leads to.
``sifting.Sifting`` is the table with its line of words, which the picker and the comparison
have too. Read ``list_screen.ListScreen`` first.
"""
