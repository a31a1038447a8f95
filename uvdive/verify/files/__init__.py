"""What the new image lacks or has otherwise, path by path: two reports come in, a ``Check`` goes out.

``check.check_files`` walks both images and asks ``explained.Explanations`` why a path may
differ, and ``expected`` whether a content may. Read ``check_files`` first.
"""
