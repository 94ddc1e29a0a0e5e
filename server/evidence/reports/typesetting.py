"""Text of people made fit for print, and broken into lines. Pure.

Nothing is dropped: a character that no typeface of ours has, and one that could hide or reorder what stands beside it
(bidi controls, zero-width, control characters), is printed as its number, `[U+202E]`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from server.evidence.reports import letters

_TAB = "    "
#: Must not begin a line; must not end one.
_CLOSING = frozenset("，。、；：？！）》〉」』】〕”’…—·,.;:?!)]}%％℃°")
_OPENING = frozenset("（《〈「『【〔“‘([{¥￥$€£")
_WORDS = re.compile(
    r" +|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]+|.", re.DOTALL
)


def printable(text: str) -> str:
    """With `\\n` between lines, and no other control."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(map(_printed, plain))


def on_one_line(text: str) -> str:
    return " ".join(printable(text).split())


@lru_cache(16_384)
def _printed(character: str) -> str:
    if character == "\n" or character in "\u2028\u2029\u0085":
        return "\n"
    if character == "\t":
        return _TAB
    if unicodedata.category(character) == "Zs":
        return "  " if character == "\u3000" else " "
    return character if letters.known(character) else f"[U+{ord(character):04X}]"


def lines(text: str, size: float, width: float) -> list[str]:
    """The lines of a printable text, each at most so wide; an empty text has none. Same unit for size and width."""
    most = width / size
    return [line for paragraph in text.split("\n") for line in _broken(paragraph, most)] if text else []


def _broken(paragraph: str, most: float) -> list[str]:
    """In ems. Breaks between words and between Chinese characters, but not before closing marks nor behind opening
    ones; a word wider than a line is broken anywhere."""
    found, line, used = [], "", 0.0
    for word in _unbreakable(paragraph, most):
        wide = letters.width(word)
        if used + wide > most and line:
            found.append(line.rstrip())
            line, used = "", 0.0
            if word.isspace():
                continue
        line, used = line + word, used + wide
    return [*found, line.rstrip()]


def _unbreakable(paragraph: str, most: float) -> Iterator[str]:
    held = ""
    for word in (found[0] for found in _WORDS.finditer(paragraph)):
        joins = held and (held[-1] in _OPENING or word[0] in _CLOSING) and not held.isspace()
        if joins and letters.width(held + word) <= most:
            held += word
            continue
        if held:
            yield from _pieces(held, most)
        held = word
    if held:
        yield from _pieces(held, most)


def _pieces(word: str, most: float) -> Iterator[str]:
    if letters.width(word) <= most:
        yield word
        return
    first = 0
    while first < len(word):
        wide = accumulate(map(letters.advance, word[first:]))
        fits = max(1, next((n for n, so_far in enumerate(wide) if so_far > most), len(word) - first))
        yield word[first : first + fits]
        first += fits


def shortened(text: str, size: float, width: float) -> str:
    """One line; what does not fit becomes an ellipsis."""
    if letters.width(text) * size <= width:
        return text
    room = width / size - letters.advance("…")
    fits = sum(1 for so_far in accumulate(map(letters.advance, text)) if so_far <= room)
    return text[:fits].rstrip() + "…"
