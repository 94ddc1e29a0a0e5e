"""The fingerprint of everything that sync says and hears, and its pin beside the protocol version.

python -m tests.schemas.fingerprint                 pins the wire as it is now, in the newest row of the change log
python -m tests.schemas.fingerprint "what changed"  the same, in a row of its own (docs/sync-protocol.md, "Versions")
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from schemas import accounts, sync
from schemas.base import PROTOCOL_VERSION
from schemas.errors import Code, Problem
from schemas.operations import KINDS

PINNED = Path(__file__).parent / "wire.json"
TEXT = Path(__file__).parents[2] / "docs" / "sync-protocol.md"
ACCOUNTS = ("Login", "Refresh", "Tokens", "Enrolment", "Device")
ROW = re.compile(r"^\| (\d+) \| `([0-9a-f]{12})` \| (.*) \|$", re.MULTILINE)


def wire() -> dict[str, str]:
    """Name → SHA-256 of its JSON schema: every type of `schemas.sync`, what enrolling takes, the arguments of every
    kind, problems; and every code by itself."""
    structs = [t for t in vars(sync).values() if isinstance(t, type) and issubclass(t, msgspec.Struct)]
    said = [t for t in structs if t.__module__ == sync.__name__] + [getattr(accounts, name) for name in ACCOUNTS]
    _, schemas = msgspec.json.schema_components([*said, *KINDS.values(), Problem], schema_hook=_anything)
    described = {name: _without_texts(schema) for name, schema in schemas.items() if name != Code.__name__}
    kinds = {f"kind {kind}": _without_texts(msgspec.json.schema(type_)) for kind, type_ in KINDS.items()}
    codes = {f"code {code.value}": code.value for code in Code}
    return {name: _digest(value) for name, value in sorted({**described, **kinds, **codes}.items())}


def _anything(_: type[Any]) -> dict[str, Any]:
    """`object`: the members of a problem's `extra` differ from code to code."""
    return {"title": "anything"}


def _without_texts(schema: Any) -> Any:
    """What is written for people about a type may change without a word on the wire. Codes are pinned one by one."""
    if isinstance(schema, dict):
        return {name: _without_texts(inner) for name, inner in schema.items() if not _is_text(name, inner)}
    return [_without_texts(each) for each in schema] if isinstance(schema, list) else schema


def _is_text(name: str, inner: Any) -> bool:
    return name == "description" and isinstance(inner, str)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def fingerprint(parts: dict[str, str]) -> str:
    return _digest(parts)


def differences(pinned: dict[str, str], now: dict[str, str]) -> dict[str, list[str]]:
    """`new`, `changed` and `gone`, each with the names it is true of."""
    return {
        "new": sorted(now.keys() - pinned.keys()),
        "changed": sorted(name for name in now.keys() & pinned.keys() if now[name] != pinned[name]),
        "gone": sorted(pinned.keys() - now.keys()),
    }


def rows(text: str) -> list[tuple[int, str, str]]:
    """The change log: protocol version, first 12 digits of the fingerprint, what changed."""
    return [(int(version), short, change) for version, short, change in ROW.findall(text)]


def pin(change: str | None) -> None:
    now = wire()
    short = fingerprint(now)[:12]
    text = TEXT.read_text("utf-8")
    newest = list(ROW.finditer(text))[-1]
    row = f"| {PROTOCOL_VERSION} | `{short}` | {change or newest[3]} |"
    kept = f"{newest[0]}\n{row}" if change else row
    TEXT.write_text(text[: newest.start()] + kept + text[newest.end() :], "utf-8")
    _say(differences(_pinned()["parts"], now).items())
    pinned = {"protocol_version": PROTOCOL_VERSION, "fingerprint": fingerprint(now), "parts": now}
    PINNED.write_text(json.dumps(pinned, indent=1) + "\n", "utf-8")


def _pinned() -> dict[str, Any]:
    pinned: dict[str, Any] = json.loads(PINNED.read_text("utf-8")) if PINNED.exists() else {"parts": {}}
    return pinned


def _say(found: Iterable[tuple[str, list[str]]]) -> None:
    for what, names in found:
        print(f"{what}: {', '.join(names) or 'nothing'}")


if __name__ == "__main__":
    if any(word.startswith("-") for word in sys.argv[1:]):
        sys.exit(__doc__)
    pin(" ".join(sys.argv[1:]) or None)
