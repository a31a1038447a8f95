"""Data into words: what the details, headlines and lists say, as Textual's ``Content``.

In come values of the report, of a plan or of the desk, which may hold anything; out comes
text in which nothing of theirs is markup or control. No widgets here. Read
``selection.describe_node`` first.
"""
