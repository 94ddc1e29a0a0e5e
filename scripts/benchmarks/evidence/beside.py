"""What stands beside us, each in a process of its own: `python -m scripts.benchmarks.evidence.beside NAME PORT FOLDER`.

`plain`: an ASGI handler that writes the body of a PUT to a file and does no more; like Onsite it answers when file and
folder are on the disk. `tuspyserver`: its FastAPI router; `tuspyserver, checked and kept`: made by its own hook to
promise as much of the bytes as Onsite does: SHA-256 of the file, file and folder on the disk. All under the product's
own uvicorn settings, one process.
"""

import asyncio
import hashlib
import os
import socket
import sys
from pathlib import Path
from typing import Any, cast

from litestar.types import ASGIApp

from server.platform.http import serve
from server.settings import Settings


def plain(folder: Path) -> ASGIApp:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        with (folder / scope["path"].rpartition("/")[2]).open("xb") as file:
            more = True
            while more:
                message = await receive()
                file.write(message.get("body", b""))
                more = message.get("more_body", False)
            file.flush()
            await asyncio.to_thread(_keep, file.fileno(), folder)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


def _keep(file: int, folder: Path) -> None:
    """The bytes, then the name."""
    os.fsync(file)
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


async def _live(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def tuspyserver(folder: Path, on_upload_complete: Any = None) -> ASGIApp:
    from fastapi import FastAPI
    from tuspyserver import create_tus_router

    app = FastAPI()
    files = {"prefix": "files", "files_dir": str(folder), "on_upload_complete": on_upload_complete}
    app.include_router(create_tus_router(**files))
    return cast(ASGIApp, app)  # ASGI as another library spells it


def checking_tuspyserver(folder: Path) -> ASGIApp:
    async def keep(path: str, _metadata: object) -> None:
        await asyncio.to_thread(kept, path)

    def kept(path: str) -> None:
        with open(path, "rb") as file:
            hashlib.file_digest(file, "sha256")
            _keep(file.fileno(), folder)

    return tuspyserver(folder, keep)


_APPLICATIONS = {"plain": plain, "tuspyserver": tuspyserver, "tuspyserver, checked and kept": checking_tuspyserver}


def main(name: str, port: str, folder: str) -> None:
    app = _APPLICATIONS[name](Path(folder))
    with socket.create_server(("127.0.0.1", int(port)), backlog=2048) as listening:
        serve(app, listening, Settings(data_dir=Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
