"""What a client reads and sends: JSON, or MessagePack where it says so."""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request

MSGPACK = "application/vnd.msgpack"
#: The name IANA has, and those in use before it had one.
_PACKED = frozenset({MSGPACK, "application/msgpack", "application/x-msgpack"})
_JSON = frozenset({"application/json", "application/*", "*/*"})


def wants_msgpack(accept: str | None) -> bool:
    """MessagePack is named, and JSON not preferred to it. All else, also what nobody understands, means JSON."""
    if accept is None or "msgpack" not in accept:
        return False
    wishes = dict(_wishes(accept))
    packed = max(wishes.get(name, 0.0) for name in _PACKED)
    return packed > 0 and packed >= max(wishes.get(name, 0.0) for name in _JSON)


def _wishes(accept: str) -> Iterator[tuple[str, float]]:
    """`a/b;q=0.5, c/d` → (a/b, 0.5), (c/d, 1.0)."""
    for part in accept.lower().split(","):
        name, *parameters = (text.strip() for text in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            yield name, float(weight)
        except ValueError:
            yield name, 0.0


def sent_type(request: Request[Any, Any, Any]) -> str:
    """The media type of a request's body, without parameters; empty when it names none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_msgpack(media_type: str) -> bool:
    return media_type in _PACKED


def packed(encoded_json: bytes) -> bytes:
    """The same in MessagePack. Decodes and encodes again: bodies are kept as JSON, so a reader of MessagePack costs the
    server more than one of JSON."""
    return msgspec.msgpack.encode(msgspec.json.decode(encoded_json))
