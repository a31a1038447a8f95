"""The demo: a recorded build and proof, played through the functions that a live one goes through.

In comes a ``.recording`` (a project, its image's report, the bases' reports, and for each set of
choices the events of the proof with their times and what it came to); out come a desk to plan at,
for real, and a proof that is played instead of made. Read ``recording.Recording`` first, then
``playing``.
"""
