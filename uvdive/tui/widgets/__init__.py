"""The widgets that the screens are made of: lists, the file tree, bars, the diff, the log.

In come values to show (``show``, ``follow``), out come messages of what was chosen or asked
for. They know no screen and no job. Read ``rows.Rows`` first: all lists are made of it.
"""
