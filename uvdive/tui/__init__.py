"""The terminal app; the only floor that imports Textual.

In comes what the command line knows: how to read the image, its Dockerfile, the settings.
Out comes an exit code. ``run.run_app`` is the way in; ``app.UvdiveApp`` has the screens
and ends the work. Screens (``screens``) draw with ``widgets`` and ``words`` what they ask
of the process that holds the image (``desk``) and what is under way (``progress``).
"""
