"""Terms with their explanations beside them; what is folded goes on below itself, not below the term."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

Pair = tuple[Content, Content]
"""A term, and what there is to say about it."""
TERM = 11
"""Cells that a term has, if nothing else is asked for."""


class Hanging(Widget):
    """A list of terms as high as it has to be."""

    DEFAULT_CSS = """
    Hanging { height: auto; }
    """

    def __init__(
        self,
        pairs: tuple[Pair, ...] = (),
        id: str | None = None,  # noqa: A002 - Textual calls it so
        *,
        term: int = TERM,
    ) -> None:
        super().__init__(id=id)
        self._pairs = pairs
        self._term = term

    def show(self, pairs: tuple[Pair, ...]) -> None:
        """Show other terms."""
        if str(pairs) != str(self._pairs):
            self._pairs = pairs
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as the explanations take at this width."""
        return len(self.lines(width))

    def render(self) -> Content:
        """All of it."""
        return Content("\n").join(self.lines(self.content_size.width))

    def lines(self, width: int) -> list[Content]:
        """Every line, folded to a width in cells."""
        found = []
        for term, words in self._pairs:
            folded = words.wrap(max(1, width - self._term))
            gap = " " * max(1, self._term - term.cell_length)
            found.append(Content.assemble(term, gap, folded[0]))
            found += [Content.assemble(" " * self._term, line) for line in folded[1:]]
        return found
