"""A report as one HTML file that needs nothing else: no network, no script to be read.

In comes an ``ImageReport``, redacted by whoever hands it over, and what is known of a rewrite;
out comes the text of the page. Read ``page.page``, which puts it together; ``tables`` has what
its tables say, ``map_drawing`` the map as SVG, ``templates`` how it looks. Whatever comes from
an image is escaped by the templates' engine, after ``visible`` has made it harmless.
"""
