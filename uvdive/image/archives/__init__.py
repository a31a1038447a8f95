"""Archives and folders that ``docker save``, ``podman save`` and OCI tools write.

In comes a path or a stream; out comes a ``RawImage``. A box (``boxes``) finds members by
name wherever they lie, ``docker_archive.choose`` or ``oci.choose`` picks the image, and
``docker_archive.collect`` reads its layers: read ``boxes.open_archive`` and ``collect`` first.
"""
