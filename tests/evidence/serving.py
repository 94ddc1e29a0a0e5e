"""Worker processes to be killed: `python -m tests.evidence.serving SILENCE`, settings from the environment.

The application is loaded once; each worker is a fork of it on a port of its own, and is replaced when it dies. Says on
standard output `ports A B …`, and `worker INDEX PID` for every worker there is; ends when its standard input does.
"""

import os
import socket
import sys
import threading
from dataclasses import replace

from server.app import create_app
from server.platform import db, logging
from server.platform.http import serve
from server.settings import Settings

WORKERS = 2


def main(silence: float) -> None:
    settings = Settings.from_environment()
    logging.configure("error")
    app = create_app(settings)
    app.state.uploads = replace(app.state.uploads, silence=silence)
    assert settings.database_url is not None
    db.use(settings.database_url)
    listening = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(WORKERS)]
    print("ports", *(each.getsockname()[1] for each in listening), flush=True)
    running: dict[int, int] = {}

    def start(index: int) -> None:
        pid = os.fork()
        if pid == 0:
            serve(app, listening[index], settings)
            os._exit(0)
        running[pid] = index
        print("worker", index, pid, flush=True)

    for index in range(WORKERS):
        start(index)
    threading.Thread(target=_end_with_input, args=(running,), daemon=True).start()
    while True:
        start(running.pop(os.wait()[0]))


def _end_with_input(running: dict[int, int]) -> None:
    sys.stdin.buffer.read()
    for pid in running:
        os.kill(pid, 9)
    os._exit(0)


if __name__ == "__main__":
    main(float(sys.argv[1]))
