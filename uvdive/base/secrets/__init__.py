"""What looks like a secret: in comes text of any kind, out comes the same without it.

Read ``words`` first, which everybody asks. Its tables are ``names`` (variables, options, keys and
headers that are called so), ``places`` (where a program or a format has one without a name) and
``tokens`` (which show by themselves what they are). ``files`` are files that usually hold some.
"""
