"""Which versions of the sync protocol are spoken. A client says its own in `Onsite-Protocol`; every answer says ours.

| the client's version   | push     | pull                              |
| ---------------------- | -------- | --------------------------------- |
| not said, or no number | taken    | as version 1                      |
| below the oldest       | taken    | `426 client_outdated`             |
| between, or ours       | taken    | served                            |
| above ours             | taken    | served; our version is the answer |

Pushes are always taken (guarantee 13), so kinds of operations, once released, stay in `schemas.operations`.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from schemas.base import PROTOCOL_VERSION
from schemas.errors import Code
from server.platform.errors import Refused

HEADER = "onsite-protocol"
_LONGEST = 9


def version_of(said: str | None) -> int:
    text = (said or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else 1


# Keeps V-1 of docs/sync-protocol.md.
def refuse_outdated(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Raises `Refused(client_outdated)`."""
    oldest: int = connection.app.state.settings.oldest_pull
    if version_of(connection.headers.get(HEADER)) < oldest:
        raise Refused(
            Code.CLIENT_OUTDATED,
            "请更新应用；未上传的工作仍可上传。 Update the app; work not handed in yet is still taken.",
            oldest=oldest,
            current=PROTOCOL_VERSION,
        )


class SaysVersion(ASGIMiddleware):
    """Our version on every answer, refusals included, and that the answer depends on `Accept`."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = (HEADER.encode(), str(PROTOCOL_VERSION).encode())
                message["headers"] = [*message["headers"], said]
            await send(message)

        await next_app(scope, receive, send_with_version)
