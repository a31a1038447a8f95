"""Contents of a finished report's files, ELF headers, and the dynamic linker's lookup.

In comes a report whose image has been read; out come bytes of single files, wherever
they can still be had, and which libraries a program needs and finds. Read
``contents.place_of`` and ``contents.Contents`` first; ``linker.Linker`` stands on both.
"""
