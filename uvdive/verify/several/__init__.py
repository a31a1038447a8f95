"""Several images: how one grew from report to report, and what many of them share.

In come reports without their files, out go a ``Series`` (``history``) and a ``Fleet`` (``sharing``).
Read ``history.series_of`` and ``sharing.share`` first.
"""
