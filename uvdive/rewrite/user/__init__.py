"""The choice ``user``: who the program of the final image runs as, and what that user owns (R64).

In come what a start of the original wrote (``evidence.written``), the image's files and the bases;
out goes an ``AppUser``: the account, the folders and files that it is given, and its home. ``folders``
finds what to give, ``choose`` decides. Read ``choose`` first.
"""

from uvdive.rewrite.user.choose import AppUser, choose_user

__all__ = ["AppUser", "choose_user"]
