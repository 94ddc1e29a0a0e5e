"""Security headers on every answer, errors included. A route that sets one of them itself keeps its own."""

from collections.abc import Mapping

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing from elsewhere, nothing inline; `blob:` and `data:` pictures are photos taken and QR codes drawn on the spot.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

#: For the technician's page alone: the reader of codes for phones whose browser has none (all iPhones) is WebAssembly,
#: and this lets the browser compile it. It allows no `eval`, and still runs nothing that does not come from us.
POLICY_WITH_WASM = CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


def policy_with_pictures_from(origin: str) -> str:
    """The same for a page that shows pictures of one other place, such as the tiles of a map."""
    return CONTENT_SECURITY_POLICY.replace("img-src 'self'", f"img-src 'self' {origin}")


#: The phone scans codes and says where it is; nothing else of the device is ours to use.
PERMISSIONS_POLICY = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"

ALWAYS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": PERMISSIONS_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

#: What programs read, not people: nothing of it is ever rendered, run or linked from, so that the rest would only weigh
#: on every pull of every phone.
OF_DATA: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
_DATA = (b"application/json", b"application/problem+json", b"application/vnd.msgpack", b"application/problem+msgpack")

#: Only over https: a browser must not remember it from a trial on plain http.
OVER_HTTPS: Mapping[str, str] = {"strict-transport-security": "max-age=31536000; includeSubDomains"}

#: Answers of these kinds may be about people and are not to be stored on the way.
_ABOUT_PEOPLE = (b"application/", b"text/html", b"text/event-stream")
_NO_STORE = (b"cache-control", b"no-store")

_Header = tuple[bytes, bytes]


class SecurityHeaders(ASGIMiddleware):
    """`https`: whether people reach the server by https.

    Litestar's own middleware never sees paths without a route, so wrap the whole application:
    `app.asgi_handler = SecurityHeaders(https=…)(app.asgi_handler)`.
    """

    scopes = (ScopeType.HTTP, ScopeType.ASGI)

    def __init__(self, *, https: bool) -> None:
        self._headers = _encoded(ALWAYS, OVER_HTTPS if https else {})
        self._of_data = _encoded(OF_DATA, OVER_HTTPS if https else {})

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        known = any(name == b"authorization" for name, _ in scope["headers"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._completed(list(message["headers"]), known)
            await send(message)

        await next_app(scope, receive, send_with_headers)

    def _completed(self, sent: list[_Header], known: bool) -> list[_Header]:
        """`known`: the request said who is asking, so whatever the answer is, it is theirs alone."""
        present = {name.lower(): value for name, value in sent}
        content_type = present.get(b"content-type", b"")
        headers = self._of_data if content_type.startswith(_DATA) else self._headers
        sent += [header for header in headers if header[0] not in present]
        if b"cache-control" not in present and (known or content_type.startswith(_ABOUT_PEOPLE)):
            sent.append(_NO_STORE)
        return sent


def _encoded(*several: Mapping[str, str]) -> tuple[_Header, ...]:
    return tuple((name.encode(), value.encode()) for headers in several for name, value in headers.items())
