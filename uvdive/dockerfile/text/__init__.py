"""The text of a Dockerfile, byte for byte: lines, nodes, and changes to them."""
