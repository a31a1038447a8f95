"""How far a build, its proof and other jobs are, as plain data without Textual.

In come the events of the session floor (``take``), out come words, bytes and seconds that
screens draw. Read ``proof.ProofState.take`` first; ``build.Build`` is one image's build,
``watched_files.Watch`` notices that a file on the disk is another.
"""
