"""``uvdive check``: rules held against a report, and what came of it in the formats of CI.

``evaluate`` and ``by_text`` go from a report, or a Dockerfile's text, with ``Budgets`` to
``results``; each format has a module that writes those. Read ``results`` first.
"""
