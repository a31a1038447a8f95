"""What compose files say of the images that they build and of what their services start.

In comes a file and a service's name; out goes a ``Recipe``: context, Dockerfile, arguments of the
build, and the start. Read ``recipe`` first. Nothing is constructed from YAML (``yaml_nodes``), and
nothing is started or written.
"""
