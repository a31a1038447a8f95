"""Trees of files with sizes, changes and owners, as screens and lists show them.

In come a report's columns and the layers that are looked at; out come the children of
any folder in an order, with what they hold, and the paths that a filter lets through.
Read ``tree.build_view`` first, then ``filter.match``. Nothing here draws.
"""
