"""The examples as a person runs them: Node beside the whole server on a real port."""

import asyncio
import itertools
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
import uvicorn
from litestar import Litestar

from server.app import create_app
from server.settings import Settings
from tests.conftest import running
from tests.journeys.firm import Firm, Person, found_firm

PATIENCE = 60  # seconds until a test gives up; nothing is measured with it


@dataclass
class Example:
    """One running example, spoken to by lines of JSON (examples/drive.mjs)."""

    process: asyncio.subprocess.Process

    async def do(self, deed: str, *args: Any) -> Any:
        """What the deed answers; `hanging` when its reply will never come."""
        await self.say(deed, *args)
        return await self.answer()

    async def attempt(self, deed: str, *args: Any) -> None:
        """A deed that may fail."""
        await self.say(deed, *args)
        await _line(self.process)

    async def say(self, deed: str, *args: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([deed, *args]).encode() + b"\n")
        await self.process.stdin.drain()

    async def answer(self) -> Any:
        answer = await _line(self.process)
        assert "failed" not in answer, answer
        return "hanging" if "hanging" in answer else answer["done"]

    async def one(self, table: str, record_id: str) -> Any:
        [found] = [record for record in await self.do("list", table) if record["id"] == record_id]
        return found

    async def ids(self, table: str) -> set[str]:
        return {record["id"] for record in await self.do("list", table)}

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def _line(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    assert line, "the example ended: see its words above"
    return json.loads(line)


@dataclass
class Installation:
    """One firm on one server for all tests of the examples, and one phone per library, which lives through them all in
    whatever order they come: killed, forked or made to forget, it must go on."""

    firm: Firm
    desk: Person
    app: Litestar
    url: str
    folder: Path
    examples: Path
    phones: dict[str, Example] = field(default_factory=dict)
    hours: Iterator[int] = field(default_factory=lambda: itertools.count(1, 2))

    async def phone(self, library: str, technician: Person) -> Example:
        if library not in self.phones:
            self.phones[library] = await self._started(library, technician)
        return self.phones[library]

    async def restarted(self, library: str, technician: Person) -> Example:
        """Killed in whatever it was doing, and started again on what it kept."""
        await self.phones.pop(library).kill()
        return await self.phone(library, technician)

    async def _started(self, library: str, technician: Person) -> Example:
        node = shutil.which("node")
        assert node is not None
        state = {"ONSITE_TOKEN": technician.token, "ONSITE_STATE": str(self.folder / library)}
        process = await asyncio.create_subprocess_exec(
            node,
            "drive.mjs",
            library,
            cwd=self.examples,
            env=os.environ | state | {"NODE_ENV": "production", "ONSITE_URL": self.url},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        assert await _line(process) == {"ready": True}
        return Example(process)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(
    settings: Settings, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    examples = project / "examples"
    if shutil.which("node") is None or not (examples / "node_modules").is_dir():
        pytest.skip("the examples are not installed; scripts/test does it")
    app = create_app(settings)
    transport = httpx.ASGITransport(app=cast("Any", app))
    async with (
        running(app),
        httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client,
        listening(app) as url,
    ):
        firm = await found_firm(client)
        folder = tmp_path_factory.mktemp("phones")
        made = Installation(firm, await firm.login("desk"), app, url, folder, examples)
        yield made
        for phone in made.phones.values():
            await phone.kill()


@asynccontextmanager
async def listening(app: Litestar) -> AsyncIterator[str]:
    """The application, whose lifespan runs already, on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server._serve([door]))  # `serve` would take the signals from pytest
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
