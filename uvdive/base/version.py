"""The version, for all that write it; the face of the package, which knows the API, is imported by none."""

__version__ = "0.1.0"
