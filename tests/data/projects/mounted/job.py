from pathlib import Path

from markupsafe import escape

print(escape(f"<{Path('/etc/issue').read_text().splitlines()[-1]}>"))
