"""Images as they lie in engines and archives: references, layer tars, the stack of layers."""
