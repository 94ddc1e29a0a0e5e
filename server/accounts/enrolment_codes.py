"""Enrolment codes: twelve characters (60 random bits) to be typed or scanned, their SHA-256 for us.

They live for minutes and one use, so that 60 bits are far beyond guessing, and beyond searching for from a stolen
database within their life.
"""

import hashlib
import secrets
import unicodedata
from datetime import timedelta
from typing import Final

#: Crockford's base 32: no I, L, O or U, which are misread or spell what nobody wants to read.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12
LIFETIME: Final = timedelta(minutes=15)

#: Look-alikes fold onto one character; what stands between groups is dropped. Full-width letters are NFKC's.
_FOLDED = str.maketrans("OIL", "011", " \t\r\n-_.\u2010\u2011\u2012\u2013\u2014\u2212\u3002\u30fb")


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """The code a person meant, without its dashes; None when it can be none of ours."""
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_FOLDED)
    return plain if len(plain) == LENGTH and all(character in ALPHABET for character in plain) else None


def grouped(code: str) -> str:
    """`7KQX-3M2D-VAN4`."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def digest(code: str) -> str:
    return hashlib.sha256(f"onsite-enrol-1|{code}".encode()).hexdigest()
