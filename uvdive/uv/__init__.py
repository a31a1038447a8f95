"""What uv does and means: its calls, their options, its images, its cache, what names it.

Shell texts, instructions and image references come in, small values go out; nothing here
reads an image. Findings and the rewrite both ask it. Read ``calls.uv_calls`` first: the calls
of uv in a shell text, with the folder and the variables that each has. ``images.Reference``
knows uv's images, ``run_options`` what ``uv run`` was told, ``started`` what a start runs in.
"""
