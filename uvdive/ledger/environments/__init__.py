"""The Python environments as people see them, and why each package is there.

In come the attributed tree and the ``uv.lock`` or ``pyproject.toml`` beside an environment
or the Dockerfile; out come ``report.Environment`` values: the interpreter, scripts, and
every distribution with its bytes by kind, its reason and its group. Read
``environments.environments`` first, then ``reasons.explain``.
"""
