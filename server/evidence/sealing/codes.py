"""The code on a report by which anyone finds out whether it still stands as it was sealed. Pure.

19 characters of Crockford's base 32 (95 bits) and one to check them, in four groups: `K7Q2M-0XJ9T-4WBNE-HR5D3`. The 95
bits are a hash of the completion's id and of the digest of what was signed:
- it cannot be guessed (the id alone has 74 random bits, the strokes of a signature many more), and says nothing;
- the same completion has the same code for ever, also when a restore forgot it and the phone hands it in again, so
  what is on paper stays findable;
- whoever has a bundle can compute it, so a code cannot be moved to another completion.

The check character is a polynomial over GF(32): any single wrong character is found, and any two that were swapped.
"""

from __future__ import annotations

import hashlib
import unicodedata
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
_BITS = 5 * (LENGTH - 1)
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
#: Look-alikes fold onto one character; what stands between groups is dropped.
_FOLDED = str.maketrans("OIL", "011", " \t\r\n-_.\u2010\u2011\u2012\u2013\u2014\u00a0\u3000\uff0d")
_LONGEST_TYPED = 80


def code_of(completion_id: UUID, manifest_digest: str) -> str:
    """The code of a completion, grouped. `manifest_digest`: SHA-256, lower-case hexadecimal."""
    named = f"onsite-code-1|{completion_id}|{manifest_digest}"
    number = int.from_bytes(hashlib.sha256(named.encode()).digest(), "big") >> (256 - _BITS)
    values = [number >> shift & 31 for shift in range(_BITS - 5, -1, -5)]
    return grouped("".join(ALPHABET[value] for value in (*values, _check(values))))


def read_code(typed: str) -> str | None:
    """The code a person meant, grouped; None when it is none of ours."""
    if len(typed) > _LONGEST_TYPED:
        return None
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_FOLDED)
    if len(plain) != LENGTH or any(character not in _VALUES for character in plain):
        return None
    *values, check = (_VALUES[character] for character in plain)
    return grouped(plain) if _check(values) == check else None


def grouped(plain: str) -> str:
    return "-".join(plain[place : place + 5] for place in range(0, LENGTH, 5))


def _check(values: list[int]) -> int:
    """Σ x^i · value_i, i from 1, over GF(32) = GF(2)[x] / (x^5 + x^2 + 1), in which x has order 31."""
    total = 0
    for value in reversed(values):
        total = _times_x(total ^ value)
    return total


def _times_x(value: int) -> int:
    shifted = value << 1
    return shifted ^ 0b100101 if shifted & 32 else shifted
