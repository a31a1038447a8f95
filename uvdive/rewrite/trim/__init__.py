"""What of Python and of the packages stays behind because nothing uses it (R62, choice ``trim``).

In come the image's files, what the app's code names (``evidence.uses``) and the copies; out goes a
``Trim``: the step that ends the build stage, what it saves, and what the judge may excuse. ``parts``
is the table of what can go, ``found`` looks for it, ``choose`` decides. Read ``choose`` first.
"""

from uvdive.rewrite.trim.choose import Trim, choose_trim

__all__ = ["Trim", "choose_trim"]
