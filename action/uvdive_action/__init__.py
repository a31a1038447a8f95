"""The steps of the GitHub Action, by nothing but the standard library.

They run on any environment that holds any version of uvdive, which they start as a program: the
action comes at its own ref, and the input ``version`` may name another uvdive. Read ``steps`` first.
"""
