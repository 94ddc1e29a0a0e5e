"""What of people must not be in a log, whoever wrote the line. Pure.

Our own lines name ids, never people. But a library quotes what it stumbled over (PostgreSQL adds the failing row to its
message), so every text of a line passes here last. It is the second net, not the first: a person's name looks like any
other word, so nothing may log one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

#: A Chinese mobile number as people and machines write it, also with its country; kept by its first and last digits.
_MOBILE: Final = re.compile(r"(?<![\w.])(?:\+?86[ -]?|0086[ -]?)?(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?![\w.]*\w)")
#: Any other number in the international form.
_ABROAD: Final = re.compile(r"(?<!\w)(\+\d{1,3})[ -]?\d(?:[ -]?\d){4,10}(\d{2})(?!\w)")
_MAIL: Final = re.compile(r"(?<![\w.+-])([\w+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")
#: Access tokens (JWT), and what stands behind these words in headers and addresses.
_TOKEN: Final = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_NAMED: Final = re.compile(
    r"(?i)\b(bearer\s+|onsite_visitor=|(?:token|password|passwd|secret|api_?key|authorization|cookie)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'&;,)}]+"
)
#: What PostgreSQL tells of the row that failed: its values.
_ROW: Final = re.compile(r"(DETAIL:\s+(?:Failing row contains|Key|Row)\b)[^\n]*")
#: The serial of a unit in its address: with the client's address beside it the line would tell who has what.
_SERIAL: Final = re.compile(r"(/(?:01|OWN)/\d{14}(?:/(?:22|10)/[^/?\s]*)*/21/)[^/?\s]+")

#: What a text must hold for the pattern to find anything in it, the pattern, and what is kept of what it finds. Most
#: lines are of requests, and every product's address has digits in it: looking for a word costs a tenth of a pattern.
_RULES: Final = (
    ("DETAIL", _ROW, r"\1 …"),
    ("eyJ", _TOKEN, "…"),
    ("", _NAMED, r"\1…"),
    ("/21/", _SERIAL, r"\1…"),
    ("", _MOBILE, r"\1••••\2"),
    ("+", _ABROAD, r"\1••••\2"),
    ("@", _MAIL, r"\1••••@\2"),
)
_SUSPICIOUS: Final = re.compile(
    r"\d{4}|@|eyJ|DETAIL|(?i:token|passw|secret|api_?key|bearer|authorization|cookie|onsite_v)"
)

#: Fields of our own lines that are never about people, and in most lines: not searched.
_OURS: Final = frozenset({"timestamp", "level", "request_id", "method"})


def masked(text: str) -> str:
    """The text without numbers, addresses and secrets of people; most texts as they are, after one look."""
    if _SUSPICIOUS.search(text) is None:
        return text
    for needed, pattern, kept in _RULES:
        if needed in text:
            text = pattern.sub(kept, text)
    return text


def masked_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A log line with every text in it masked, however deep."""
    return {name: value if name in _OURS else _masked(value) for name, value in line.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value if isinstance(value, _PLAIN) else masked(repr(value))


_PLAIN: Final = (type(None), int, float, UUID, date, timedelta)
