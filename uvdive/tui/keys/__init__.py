"""The tables of all actions: which key does what on which screen, and why it may not apply.

A table is a tuple of ``Action``; bindings, footer, help and palette are made from it. In
comes the screen that is asked why an action does not apply; out comes a sentence. Read
``tables.EXPLORE`` first; ``clashes.clashes`` looks through the user's own keys.
"""
