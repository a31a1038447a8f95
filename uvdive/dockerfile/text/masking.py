r"""The library ``dockerfile-parse`` underneath, with its faults kept away from it.

Version 2.0.1 takes the bodies of heredocs for instructions, ends an instruction at
a blank line or a comment inside a continuation, continues at ``\\``, forgets an
instruction whose last line ends in a backslash, misses a keyword that stands alone
or runs into a continuation, misses ``escape`` after ``check``, and chokes on a byte
order mark. It gets a text with the same number of lines in which none of that occurs.
"""

from __future__ import annotations

from io import BytesIO

from dockerfile_parse import DockerfileParser

from uvdive.dockerfile.text.scan import Scan, Span

# Ends the last line of each instruction, so that the library trims nothing there.
_END = "\ue000"


def keywords_and_values(scan: Scan) -> dict[int, tuple[str, str]]:
    """Keyword (in capitals) and value of each instruction, by the index of its first line."""
    masked = [line for span in scan.spans for line in _mask(span)]
    text = "".join(f"{line}\n" for line in masked)
    parser = DockerfileParser(fileobj=BytesIO(text.encode("utf-8", "replace")))
    return {
        item["startline"]: (item["instruction"].removesuffix(_END), item["value"].removesuffix(_END).strip())
        for item in parser.structure
        if item["instruction"] != "COMMENT"
    }


def _mask(span: Span) -> list[str]:
    lines = ["#"] * (span.last - span.first + 1)
    if span.kind != "instruction":
        return lines
    texts = list(span.parts.values())
    words = texts[0].split(maxsplit=1)
    if len(words) < 2:
        # The keyword stands alone, or goes on in the next line.
        lines[0] = _one_line(span.text)
        return lines
    end = max(span.parts) - span.first
    for index in range(end + 1):
        part = span.parts.get(span.first + index, "")
        lines[index] = part + (_END if index == end else "\\")
    return lines


def _one_line(text: str) -> str:
    keyword, *value = text.split(maxsplit=1)
    return f"{keyword} {''.join(value)}{_END}"
