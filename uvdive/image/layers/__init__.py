"""One layer: read from a blob, read by two processes, kept between runs.

In come places of blobs on disk or a stream that passes; out come ``LayerData``. Read
``blobs.read_layer`` first, then ``sharing.SharedReading`` for layers that lie on disk;
``cache.LayerCache`` keeps what was read of an engine's layers.
"""
