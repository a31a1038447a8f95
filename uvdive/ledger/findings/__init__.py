"""What is worth doing, with measured bytes.

In come ``facts.Facts``, all that is known of one image; out come findings, the largest
first, each with its line, paths, bytes and advice. Read ``registry.find`` first. Ids are
stable, never reused, and hold no line numbers; each has a page beside the modules
(``explain.explain``).
"""
