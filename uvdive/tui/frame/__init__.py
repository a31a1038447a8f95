"""What every screen needs: actions, panes, jobs, keys in turn, colours, text that is safe.

A screen is an ``ActionScreen`` with ``Panes``; it begins work by ``Jobs``, which come back as
messages, and asks the desk by ``Newest``. Of the app it knows ``Host`` alone. Read
``actions.ActionScreen`` first, then ``host.Host``.
"""
