"""Container engines: Docker's, and podman's service, which speaks the same API.

In comes the name of an image; out comes a ``RawImage``, from the layer cache, the
engine's own storage or its save stream, whichever is the quickest that may be used.
Read ``engine.Engine.read`` first. Importing this room loads no SDK; connecting does.
"""
