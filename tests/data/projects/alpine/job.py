import sysconfig

from markupsafe import escape

print(escape(f"<{sysconfig.get_config_var('SOABI')}>"))
