"""The use cases that the app and the command line share: load, plan, build, prove, compare, write.

In come paths, references and options; out come ``ImageReport``, ``RewritePlan``, ``Proof`` and
``Comparison``, or a ``UvdiveError``. ``desk.open_desk`` holds an image in a process of its own,
where ``atdesk`` runs the same use cases. Read ``images.load_image`` first.
"""
