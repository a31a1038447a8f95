"""Images as they lie in engines and archives: references, layer tars, the stack of layers.

In comes a ``reference.Target``; out comes a ``raw_image.RawImage``, whose layers
``stack.stack.stack`` lays over each other into one ``table.FileTable``. Read
``sources.open_image`` first: it has a row for each kind of source.
"""
