"""What a builder signed to an image: how it was built, and what it says is in it.

In come in-toto statements as registries keep them beside an image; out come the Dockerfile,
the line of each layer, and lists of packages. Nothing here asks a registry. Read
``provenance.read_provenance`` and ``sbom.read_sbom`` first.
"""
