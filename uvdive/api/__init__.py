"""The Python API: what ``import uvdive`` gives, a front end beside the command line and the app.

In come names, paths and rules, out go frozen values that are a contract (docs/api.md), or a
``UvdiveError``. Each function asks a use case of ``session`` that the command line asks too; here is
only what a value shows of it. Nothing prints, catches signals, forks, or stays behind.
"""
