"""Saved reports: everything of an image but its files' contents, in one ``.uvdive`` file.

In comes an ``ImageReport`` and out come bytes, and the reverse; what comes from outside
is checked before anybody indexes it (``validate``). Read ``report_file.dump`` and
``report_file.load`` first.
"""
