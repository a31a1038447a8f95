"""The Dockerfile laid beside its image: what every later room asks.

The parsed Dockerfile, the ImageReport and the build context come in; what goes out are the
instructions with their layers, the final files, and the RUNs by what their commands do and write. Read
``steps.gather`` first, then ``runs.read_runs``. ``image_files.Files`` answers for files,
``context_files`` for the build context, ``os_needs.read_system`` for OS packages.
"""
