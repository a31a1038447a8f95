"""Whose files are an OS package's, the base's, or the app's.

In come dpkg's, apk's and rpm's databases as each layer left them, and what is known of
each layer's instruction; out comes the component of any file that is neither Python's nor
uv's nor a cache's. Read ``system_files.SystemFiles.component`` first; ``installed`` is for
others: the packages that are installed in the end, and what they depend on.
"""
