"""One process that serves HTTP: `python -m server.worker FD APPLICATION`.

FD is the supervisor's listening socket; APPLICATION (`module:function`) makes the application from the settings, which
come from the environment. Standard input is the line to the supervisor. It first names the database, which may be
started while the application loads. When it ends, the supervisor is gone (killed), and the worker leaves at once, so
that the next start finds the port free; to do so even while it loads, it imports all that is slow after that watch
has begun.
"""

import gc
import importlib
import os
import socket
import sys
import threading
from concurrent.futures import Future

_COLLECT_AFTER = 20_000  # new objects; one batch of operations makes some thousands, and hardly a cycle among them


def watch_supervisor() -> "Future[str]":
    """The address of the database, once the supervisor has said it. Ends this process when the supervisor does."""
    database: Future[str] = Future()

    def watch() -> None:
        said = b""
        while chunk := os.read(0, 4096):  # not sys.stdin, whose lock a thread must not hold when the process ends
            said += chunk
            if b"\n" in said and not database.done():
                database.set_result(said.split(b"\n")[0].decode())
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="lifeline").start()
    return database


def serve(listening: socket.socket, application: str, database: "Future[str]") -> None:
    from server.platform import db, http, logging
    from server.settings import Settings

    settings = Settings.from_environment()
    logging.configure(settings.log_level)
    module, function = application.split(":")
    app = getattr(importlib.import_module(module), function)(settings)
    db.use(database.result())
    gc.freeze()  # what is loaded now stays for good: the collector need not look at it again and again
    gc.set_threshold(_COLLECT_AFTER)
    http.serve(app, listening, settings)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], watch_supervisor())
