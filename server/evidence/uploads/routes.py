"""tus 1.0.0 at `/uploads`: core, creation (with upload, with deferred length), checksum, expiration, termination.

One ASGI application behind Litestar's router instead of its handlers, as the protocol wants what they do not give: the
version is asked for before anything else, `X-HTTP-Method-Override` counts more than the method, and every answer, also
a refusal, carries `Tus-Resumable`. What a request must look like is in `rules`, what it does in `actions`.

CORS: any origin may ask, as nothing here goes by cookies; without a token it gets nothing.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar
from uuid import UUID

from litestar import Request, Router, asgi
from litestar.connection import ASGIConnection
from litestar.datastructures import URL
from litestar.types import Message, Receive, Scope, Send

from schemas.accounts import Role
from schemas.errors import Code
from server.evidence.uploads import rules
from server.evidence.uploads.actions import Chunk, Standing, Uploads
from server.evidence.uploads.receiving import Body
from server.evidence.uploads.rules import Bad
from server.platform.auth import LAST_UPLOAD, Caller, caller_of, only
from server.platform.errors import HANDLERS, Refused
from server.platform.ratelimit import at_most

PATH = "/uploads"

EXTENSIONS = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"
_EXPOSED = (
    "Location, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Defer-Length,"
    " Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, Retry-After, X-Request-ID"
)
_ACCEPTED = (
    "Authorization, Content-Type, Tus-Resumable, Upload-Checksum, Upload-Defer-Length, Upload-Length, Upload-Metadata,"
    " Upload-Offset, X-HTTP-Method-Override, X-Request-ID, X-Requested-With"
)

_technicians = only(Role.TECHNICIAN)
_seldom = at_most(6000, timedelta(minutes=1))

Headers = dict[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that has been understood so far."""

    uploads: Uploads
    caller: Caller
    headers: Mapping[str, str]
    body: Body


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Headers


class _Request(Request[Any, Any, Any]):
    """Litestar remembers the address of what is mounted without the place it is mounted at."""

    @property
    def url(self) -> URL:
        return URL.from_scope(self.scope)


@asgi(PATH, is_mount=True, opt=LAST_UPLOAD, copy_scope=False)
async def tus(scope: Scope, receive: Receive, send: Send) -> None:
    below = scope["path"].rstrip("/")
    scope["path"] = PATH + below  # whole again, for the log and for problems
    request = _Request(scope, receive)
    speak = _speaking(send, "origin" in request.headers)
    try:
        answer = await _answer(request, receive, below)
    except Exception as fault:  # noqa: BLE001  # told as anywhere else, with the headers that only we know
        handler = next(HANDLERS[kind] for kind in type(fault).__mro__ if kind in HANDLERS)
        response: Any = handler(request, fault)
        headers = {**response.headers, "content-type": response.media_type}
        if isinstance(fault, Refused):
            headers |= _beside(fault, request.app.state.uploads)
        await _send(speak, _Answer(response.status_code, headers), response.content)
    else:
        await _send(speak, answer)


async def _answer(request: Request[Any, Any, Any], receive: Receive, below: str) -> _Answer:
    """`below`: what the path says after PATH, without a last slash."""
    uploads: Uploads = request.app.state.uploads
    headers = _good(rules.read_headers(request.scope["headers"]))
    method = rules.method_of(request.method, headers)
    if method == "OPTIONS":
        return _options(uploads)
    _none(rules.understood(headers))
    await _may(request)
    asked = _Asked(uploads, caller_of(request), headers, Body(receive, uploads.silence))
    if not below:
        return await _create(asked) if method == "POST" else _not_allowed("OPTIONS, POST")
    upload_id, do = _id(below), _OF_AN_UPLOAD.get(method)
    return await do(asked, upload_id) if do else _not_allowed("DELETE, HEAD, OPTIONS, PATCH")


async def _may(request: ASGIConnection[Any, Any, Any, Any]) -> None:
    for guard in (_technicians, _seldom):
        await guard(request, request.scope["route_handler"])


def _options(uploads: Uploads) -> _Answer:
    return _Answer(
        204,
        {
            "tus-version": rules.VERSION,
            "tus-extension": EXTENSIONS,
            "tus-checksum-algorithm": ",".join(rules.CHECKSUMS),
            "tus-max-size": str(uploads.largest),
            "access-control-allow-methods": "DELETE, HEAD, OPTIONS, PATCH, POST",
            "access-control-allow-headers": _ACCEPTED,
            "access-control-max-age": "86400",
        },
    )


async def _create(asked: _Asked) -> _Answer:
    new = _good(rules.new_upload(asked.headers))
    _none(rules.body_fault(asked.headers, needed=False))
    brings = asked.headers.get("content-type", "") != ""
    checksum = _good(rules.checksum(asked.headers))
    made = await asked.uploads.create(asked.caller, new)
    if brings:
        made = await asked.uploads.begin(made, Chunk(asked.body, 0, _announced(asked), checksum))
    headers = {"location": f"{PATH}/{made.id}", **_expires(made)}
    if brings or made.received:
        headers["upload-offset"] = str(made.offset)
    return _Answer(201, headers)


async def _head(asked: _Asked, upload_id: UUID) -> _Answer:
    standing = await asked.uploads.standing(asked.caller, upload_id)
    headers = {"upload-offset": str(standing.offset), "cache-control": "no-store", **_expires(standing)}
    headers |= {"upload-defer-length": "1"} if standing.length is None else {"upload-length": str(standing.length)}
    headers |= {"upload-metadata": standing.metadata} if standing.metadata else {}
    return _Answer(200, headers)


async def _patch(asked: _Asked, upload_id: UUID) -> _Answer:
    _none(rules.body_fault(asked.headers, needed=True))
    offset = _good(rules.number(asked.headers, "upload-offset"))
    if offset is None:
        raise Refused(Code.UPLOAD_HEADER_INVALID, "send upload-offset")
    length, checksum = _good(rules.number(asked.headers, "upload-length")), _good(rules.checksum(asked.headers))
    chunk = Chunk(asked.body, offset, _announced(asked), checksum, length)
    standing = await asked.uploads.append(asked.caller, upload_id, chunk)
    return _Answer(204, {"upload-offset": str(standing.offset), **_expires(standing)})


async def _delete(asked: _Asked, upload_id: UUID) -> _Answer:
    await asked.uploads.end(asked.caller, upload_id)
    return _Answer(204, {})


_OF_AN_UPLOAD: Mapping[str, Callable[[_Asked, UUID], Awaitable[_Answer]]] = {
    "HEAD": _head,
    "PATCH": _patch,
    "DELETE": _delete,
}


def _expires(standing: Standing) -> Headers:
    """Only what is unfinished expires."""
    if standing.received:
        return {}
    return {"upload-expires": format_datetime(standing.expires_at.astimezone(UTC), usegmt=True)}


def _announced(asked: _Asked) -> int | None:
    return _good(rules.number(asked.headers, "content-length"))


def _not_allowed(allowed: str) -> _Answer:
    raise Refused(Code.METHOD_NOT_ALLOWED, f"here: {allowed}", allowed=allowed)


_NAME = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def _id(below: str) -> UUID:
    named = _NAME.fullmatch(below)
    if named is None:
        raise Refused(Code.NOT_FOUND)
    return UUID(named[1])


def _good(value: T | Bad) -> T:
    if isinstance(value, Bad):
        raise Refused(value.code, value.detail)
    return value


def _none(fault: Bad | None) -> None:
    _good(fault)


#: What a refusal says beside its problem: the headers that the protocol, or HTTP, wants of it.
def _beside(refusal: Refused, uploads: Uploads) -> Headers:
    if refusal.code is Code.TUS_VERSION_UNSUPPORTED:
        return {"tus-version": rules.VERSION}
    if refusal.code is Code.UPLOAD_TOO_LARGE:
        return {"tus-max-size": str(uploads.largest)}
    if refusal.code is Code.METHOD_NOT_ALLOWED:
        return {"allow": str(refusal.extra["allowed"])}
    if refusal.code in _ENDS_THE_CONNECTION:
        return {"connection": "close"}
    return {}


#: Whoever sent it is gone or has another request running: what may still come is not waited for.
_ENDS_THE_CONNECTION = frozenset({Code.UPLOAD_STALLED, Code.UPLOAD_LOCKED})


def _speaking(send: Send, crosses_origins: bool) -> Send:
    """Every answer says which protocol it speaks."""
    always = [(b"tus-resumable", rules.VERSION.encode())]
    if crosses_origins:
        always += [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED.encode())]

    async def speak(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *always]
        await send(message)

    return speak


async def _send(send: Send, answer: _Answer, body: bytes = b"") -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.status != 204:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


router = Router("/", route_handlers=[tus])
