"""What Linux distributions do: the words of package managers, the places they write, kinds of packages.

Names of programs and packages and absolute paths come in; what they are or do goes out.
Nothing here reads an image. Read ``kinds.package_kind`` (what is a package for?) and
``places.is_system`` (whose is a path?) first; ``managers`` knows apt, dpkg and apk by
their commands, ``needs`` what Python distributions want of the system.
"""
