"""The first screen: where the image's bytes come from, by owner, layer and file.

In comes the loader of the ``Host``, whose events fill the screen until the report is there.
``browsing.Browsing`` knows which files are wanted and ``taking.Taking`` what is being written,
both without Textual. Read ``browser.Browser``, which draws the panes, then
``explore.ExploreScreen``, which reads, opens and writes.
"""
