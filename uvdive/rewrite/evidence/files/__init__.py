"""The files behind the paths of an image: its own, and those of the build context that made them."""
