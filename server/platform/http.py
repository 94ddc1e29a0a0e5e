"""Serving an application over HTTP/1.1 with uvicorn, within limits."""

import socket

import uvicorn
from litestar.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.settings import KIB, Settings

#: Seconds that running requests get to finish; open event streams are cut after them. The supervisor waits longer.
GRACE = 2

HEAD_LIMIT = 64 * KIB


class BoundedHttp(HttpToolsProtocol):
    """httptools collects a request's head without end; here a head beyond HEAD_LIMIT ends the connection."""

    _head: int | None = None
    """Bytes of the unfinished head; None while there is none."""

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head = None
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head is None or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > HEAD_LIMIT:
            self.send_400_response("Request head too large.")


def serve(app: ASGIApp, listening: socket.socket, settings: Settings) -> None:
    """Serve until SIGTERM, then finish what runs within GRACE."""
    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.trusted_proxy is not None,
        forwarded_allow_ips=settings.trusted_proxy,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=GRACE,
        backlog=2048,
    )
    uvicorn.Server(config).run(sockets=[listening])
