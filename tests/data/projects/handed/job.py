import os
from pathlib import Path

from markupsafe import escape

spool = Path("/spool")
(spool / "done").touch()
print(escape(f"<{os.getuid()} {spool.owner()}>"), Path("/opt/limits/limits.txt").read_text())
