"""uvdive: where a container image's bytes come from, and how to need fewer of them."""

__version__ = "0.1.0"
