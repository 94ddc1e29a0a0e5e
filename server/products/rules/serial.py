"""Serials of our own issue, and how people read, type and see them. Pure: randomness comes in as an argument.

Alphabet: Crockford's base 32 (digits and capitals without I, L, O, U), not RFC 4648's. Reasons: a serial is read aloud
to a hotline and typed from a worn label, and here every look-alike folds onto one character (O is 0, I and L are 1),
while RFC 4648 has both I and L and cannot tell which was meant; no U, so no accidental words; and it stays within the
45 characters that QR codes store compactly.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIAL_BYTES = 10  # 80 bits: at 1,000 guesses a second, one hit among a billion units takes some 38,000 years
SERIAL_LENGTH = 16
_LOOK_ALIKES = str.maketrans("OIL", "011", " -\u2010\u2011\u2012\u2013\u00a0\u3000")


def make_serial(random_bytes: bytes) -> str:
    """16 characters from exactly 10 random bytes (`secrets.token_bytes(10)`); another length is a ValueError."""
    if len(random_bytes) != SERIAL_BYTES:
        raise ValueError(f"a serial is made of {SERIAL_BYTES} random bytes, not {len(random_bytes)}")
    number = int.from_bytes(random_bytes, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def is_own_serial(serial: str) -> bool:
    """True for a serial that `make_serial` could have made."""
    return len(serial) == SERIAL_LENGTH and all(character in ALPHABET for character in serial)


def typed_serial(typed: str) -> str:
    """What a person meant: spaces and dashes dropped, case and look-alikes folded, where that makes one of our own
    serials; otherwise only the ends trimmed, for a serial of another maker keeps its case and its O's."""
    folded = typed.upper().translate(_LOOK_ALIKES)
    return folded if is_own_serial(folded) else typed.strip()


def grouped(serial: str) -> str:
    """Our own serial in fours for reading aloud; another maker's as it is."""
    if not is_own_serial(serial):
        return serial
    return " ".join(serial[place : place + 4] for place in range(0, SERIAL_LENGTH, 4))


def masked(serial: str) -> str:
    """What a stranger may see: the last four characters, and never more than a third of a short serial."""
    shown = min(4, len(serial) // 3)
    return "••••" + (serial[-shown:] if shown else "")
