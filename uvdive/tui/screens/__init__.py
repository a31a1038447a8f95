"""The screens, each with its table of actions.

In comes a report, or what reads it; out goes what people decide, to the ``Host`` and to its
jobs. What is decided without drawing has modules of its own, without Textual
(``explore.browsing``, ``explore.taking``, ``rewrite.work``). Read
``explore.explore.ExploreScreen`` first.
"""
