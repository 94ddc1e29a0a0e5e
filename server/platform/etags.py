"""Conditional GET, which Litestar lacks."""

from typing import Any

from litestar import Request


def is_known(request: Request[Any, Any, Any], etag: str) -> bool:
    """Whether the client has what this entity tag names: answer 304."""
    return etag in (known.strip() for known in request.headers.get("if-none-match", "").split(","))
