"""The rewrite's screen: the plan and its choices, the build and its proof, writing and undoing.

In comes a report and its Dockerfile; out comes the written file. ``work.RewriteWork`` is the
whole way without Textual: what may be done now, which job does it, what it leaves behind.
Read that first; ``rewrite.RewriteScreen`` draws it, in the panes of ``layout``.
"""
