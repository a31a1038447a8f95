"""What screens ask of the process that holds the image; it runs there, without Textual.

In comes ``Held`` (the report, the contents, what was kept) and what is wanted; out come
frozen values of a screenful at most: lines of the tree, facts about a path, a page of a
list, contents. Screens ask by ``Desk.ask``. Read ``file_lines.look`` first.
"""
