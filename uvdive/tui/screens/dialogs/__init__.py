"""What lies over a screen until it is answered: questions, errors, paths to type, the help.

In come the words; out comes the answer, by ``push_screen`` and its callback: yes or no, a
path, the form of an export, whether to try again. A dialog does nothing by itself. Read
``dialogs.Question`` first.
"""
