import sys

from rich import print


def main():
    print({"prefix": sys.prefix})
