"""The use case of ``uvdive doctor``: look everywhere, say what is there, and what to do about what is not.

In comes what the front end knows of its terminal; out comes a ``Health``. Read ``looking`` first.
"""
