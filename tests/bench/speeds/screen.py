"""As much of a terminal's screen as tells where a cursor bar is: text and background of each cell."""

from __future__ import annotations

import re

from rich.cells import cell_len

_TOKEN = re.compile(
    r"\x1b\[([\d;:?<=>]*)[ -/]*([@-~])|\x1b\].*?(?:\x07|\x1b\\)|\x1b[()].|\x1b[^\[\]()]|[\r\n\b]", re.DOTALL
)
_UNFINISHED = re.compile(r"\x1b(?:\[[\d;:?<=>]*[ -/]*|\][^\x07\x1b]*|[()])?$", re.DOTALL)


class Screen:
    """Fed with what a program writes; ``rows[y][x]`` is a cell's text and background."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.rows = [[(" ", "")] * columns for _ in range(lines)]
        self.x = self.y = 0
        self.background = ""
        self.reverse = False
        self._rest = ""

    def text(self) -> str:
        return "\n".join("".join(cell for cell, _ in row) for row in self.rows)

    def feed(self, data: bytes) -> None:
        text = self._rest + data.decode("utf-8", "replace")
        tail = _UNFINISHED.search(text)
        self._rest = text[tail.start() :] if tail else ""
        text = text[: tail.start()] if tail else text
        at = 0
        for token in _TOKEN.finditer(text):
            self._print(text[at : token.start()])
            at = token.end()
            if token[2]:
                self._control(token[1], token[2])
            elif token[0] == "\r":
                self.x = 0
            elif token[0] == "\n":
                self.y = min(self.y + 1, self.lines - 1)
            elif token[0] == "\b":
                self.x = max(self.x - 1, 0)
        self._print(text[at:])

    def _print(self, text: str) -> None:
        row = self.rows[self.y]
        background = f"{self.background}{'~' if self.reverse else ''}"
        for character in text:
            width = cell_len(character) if character >= "\x7f" else 1
            # A wide character's second cell holds nothing.
            for cell in (character, "")[:width]:
                if self.x < self.columns:
                    row[self.x] = cell, background
                self.x += 1

    def _control(self, arguments: str, final: str) -> None:
        if arguments[:1] in ("?", "<", "=", ">"):
            return
        numbers = [int(number) if number.isdigit() else 0 for number in re.split("[;:]", arguments)]
        first = max(numbers[0], 1)
        if final in "Hf":
            self.y = min(first, self.lines) - 1
            self.x = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.columns) - 1
        elif final in "ABCD":
            self.y += {"A": -first, "B": first}.get(final, 0)
            self.x += {"C": first, "D": -first}.get(final, 0)
            self.y, self.x = min(max(self.y, 0), self.lines - 1), min(max(self.x, 0), self.columns - 1)
        elif final in "JK":
            self._erase(numbers[0], whole=final == "J")
        elif final == "m":
            self._style(numbers)

    def _erase(self, what: int, *, whole: bool) -> None:
        blank = " ", self.background
        here = self.y * self.columns + self.x
        start = 0 if whole else here - self.x
        end = start + self.columns * (self.lines if whole else 1)
        for place in range(start if what else here, here + 1 if what == 1 else end):
            self.rows[place // self.columns][place % self.columns] = blank

    def _style(self, numbers: list[int]) -> None:
        at = 0
        while at < len(numbers):
            number = numbers[at]
            if number == 0:
                self.background, self.reverse = "", False
            elif number in (7, 27):
                self.reverse = number == 7
            elif number in (38, 48):
                length = 5 if numbers[at + 1 : at + 2] == [2] else 3
                if number == 48:
                    self.background = ";".join(map(str, numbers[at + 1 : at + length]))
                at += length - 1
            elif 40 <= number <= 47 or 100 <= number <= 107:
                self.background = str(number)
            elif number == 49:
                self.background = ""
            at += 1
