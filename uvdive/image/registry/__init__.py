"""Registries: an image that no engine has, read from where it was pushed.

In comes ``HOST/NAME[:TAG|@DIGEST]``; out comes a ``RawImage``: index, manifest and config
first, then the layers that the cache does not know, several at once. Read
``opening.read_image`` first. Importing this room loads no HTTP library; asking does.
"""
