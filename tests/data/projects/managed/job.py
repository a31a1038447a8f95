import sys

from markupsafe import escape

print(escape(f"<{sys.prefix}>"))
