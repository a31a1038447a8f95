"""The environments: their interpreters, libraries and imports; two reports come in, ``Check``s go out.

``interpreter.check_interpreter`` reads reports alone, ``libraries.check_libraries`` reads ELF
files, ``imports.check_imports`` runs ``inside`` in containers of both images, in the order that
``trees`` gives. Read ``interpreter.needed`` first: it says which environments count.
"""
