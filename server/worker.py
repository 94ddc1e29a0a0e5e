"""One process that serves HTTP: `python -m server.worker FD APPLICATION`.

FD is the supervisor's listening socket; APPLICATION (`module:function`) makes the application from the settings, which
come from the environment. Standard input is the lifeline: when it ends, the supervisor is gone (killed), and the worker
leaves at once so that the port is free for the next start.
"""

import os
import socket
import sys
import threading

import uvicorn
from litestar.types import ASGIApp
from uvicorn.importer import import_from_string
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.platform import logging
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


def _leave_with_supervisor() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


def main() -> None:
    settings = Settings.from_environment()
    logging.configure(settings.log_level)
    threading.Thread(target=_leave_with_supervisor, daemon=True, name="lifeline").start()
    create_app = import_from_string(sys.argv[2])
    serve(create_app(settings), socket.socket(fileno=int(sys.argv[1])), settings)


if __name__ == "__main__":
    main()
