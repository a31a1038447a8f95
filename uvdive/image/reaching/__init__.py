"""Where an engine may be, and how it is spoken to: this machine's sockets, a virtual machine's, another host.

In come the environment and the clients' own files; out come an ``Endpoint`` and, for ``ssh://``, connections.
Read ``address`` first; ``uvdive.image.endpoint`` decides which one is taken.
"""
