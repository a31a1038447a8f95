"""A command line program in the system's Python."""

import sys

import humanize


def main() -> None:
    print(humanize.intcomma(int(sys.argv[1]) * 1000))
