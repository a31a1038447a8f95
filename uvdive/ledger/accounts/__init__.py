"""The rule of owners applied to every inode, and the sums.

In come the columns, the kept contents and each layer's instruction; out come an owner
and a component for each inode, and all sums of bytes that a report has. Read
``rule.Rule.component`` first, which says whose one name is; ``attribute.attribute`` says
the same of all names at once, and ``sums.add_up`` adds.
"""
