"""Why a rewrite does what it does: the rules that decisions, warnings and refusals name.

In comes an id (``R34``, ``python``), out goes its page in Markdown. ``rules.py`` lists the
rules, ``pages/`` has one page for each, ``choices/`` one for each choice of
``--choose``. The rules' code is in the other rooms of ``rewrite``, which only name them.
Read ``explain.explain`` first.
"""
