"""Why something of a file is not taken, in one sentence."""

from collections.abc import Iterable


class Refusal(Exception):
    """One row is refused; the text says why."""


class Unreadable(Exception):
    """The file can't be read on from a line."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def first_twice(words: Iterable[str]) -> str | None:
    """The first word that stood there before."""
    seen: set[str] = set()
    for word in words:
        if word in seen:
            return word
        seen.add(word)
    return None
