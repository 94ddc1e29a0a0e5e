"""Uploads over real sockets to real processes: cut, silent, two at once, killed; by hand and by clients of others."""

import asyncio
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from tusclient.client import TusClient

from server.settings import Settings
from tests.conftest import running
from tests.cutting import CuttingLine
from tests.evidence.tus import CHUNK, Uploader, checksum, digest_of, named, photo, received
from tests.journeys.firm import Phone, found_firm

SIZE = 400_000
PART = 150_000
PATIENCE = 60.0
_NUMBERS = itertools.count()

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Workers:
    """`ports`: of each worker; `pids`: who is it now."""

    process: subprocess.Popen[str]
    ports: list[int] = field(default_factory=list)
    pids: dict[int, int] = field(default_factory=dict)

    def hear(self) -> None:
        assert self.process.stdout is not None
        said = self.process.stdout.readline().split()
        if said[0] == "ports":
            self.ports = [int(port) for port in said[1:]]
        else:
            self.pids[int(said[1])] = int(said[2])

    def kill(self, index: int) -> None:
        """Returns when there is another one; it may still be starting."""
        os.kill(self.pids.pop(index), signal.SIGKILL)
        while index not in self.pids:
            self.hear()


@pytest.fixture(scope="module")
def workers(settings: Settings, project: Path) -> Iterator[Workers]:
    command = [sys.executable, "-m", "tests.evidence.serving", "1.5"]
    environment = {**os.environ, **settings.to_environment()}
    with subprocess.Popen(
        command, cwd=project, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        workers = Workers(process)
        while not workers.ports or len(workers.pids) < len(workers.ports):
            workers.hear()
        yield workers
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The application runs once for the module, as starting it takes longer than most tests."""
    app.state["rate_limits"] = {}
    transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phone(client: httpx.AsyncClient) -> Phone:
    return await (await found_firm(client)).phone(0)


@dataclass
class Line:
    """`ups`: the same uploader at each worker."""

    workers: Workers
    ups: list[Uploader]
    folder: Path
    photo: bytes

    def draft(self, path: str) -> Path:
        return self.folder / Path(path).name

    async def until_kept(self, path: str, size: int) -> None:
        await eventually(lambda: self.draft(path).exists() and self.draft(path).stat().st_size == size)

    @asynccontextmanager
    async def sending(
        self, index: int, path: str, offset: int, content: bytes, **headers: str
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A PATCH for all that is missing, of which only `content` is sent."""
        told = {
            **self.ups[index].headers,
            "host": "test",
            "tus-resumable": "1.0.0",
            "content-type": CHUNK,
            "upload-offset": str(offset),
            "content-length": str(len(self.photo) - offset),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        reader, writer = await asyncio.open_connection("127.0.0.1", self.workers.ports[index])
        try:
            writer.write(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode() + content)
            await writer.drain()
            yield reader, writer
        finally:
            writer.transport.abort()


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # nobody tells that a file has grown
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture(loop_scope="module")
async def line(workers: Workers, phone: Phone, settings: Settings) -> AsyncIterator[Line]:
    content = photo(SIZE, next(_NUMBERS))
    await named(phone, content)
    transport = httpx.AsyncHTTPTransport(retries=20)  # a worker that was killed is not there at once
    async with httpx.AsyncClient(transport=transport, timeout=PATIENCE) as client:
        at = [_At(client, f"http://127.0.0.1:{port}") for port in workers.ports]
        ups = [Uploader(each, phone.person.headers, content) for each in at]  # type: ignore[arg-type]
        yield Line(workers, ups, settings.data_dir / "uploads", content)


@dataclass
class _At:
    """A client for one worker."""

    client: httpx.AsyncClient
    url: str

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.client.request(method, self.url + path, **more)


class TestAConnectionThatIsCut:
    async def test_leaves_every_byte_that_came(self, line: Line) -> None:
        up = line.ups[0]
        path = await up.created(line.photo)
        async with line.sending(0, path, 0, line.photo[:PART]) as (_, writer):
            writer.close()
            await writer.wait_closed()
        await line.until_kept(path, PART)
        assert await up.offset(path) == PART
        assert (await up.append(path, PART, line.photo[PART:])).status_code == 204
        assert await received(line.photo)

    async def test_leaves_nothing_that_was_to_be_checked(self, line: Line) -> None:
        up = line.ups[0]
        path = await up.created(line.photo)
        await up.append(path, 0, line.photo[:1000])
        async with line.sending(0, path, 1000, line.photo[1000:PART], **checksum(line.photo[1000:])):
            await line.until_kept(path, PART)
            assert await line.ups[1].offset(path) == 1000  # not even while it comes
        assert await up.offset(path) == 1000
        assert [file.name for file in line.folder.glob(line.draft(path).name + ".*")] == []


class TestAConnectionThatFallsSilent:
    async def test_is_ended_and_what_came_stays(self, line: Line) -> None:
        up = line.ups[0]
        path = await up.created(line.photo)
        async with line.sending(0, path, 0, line.photo[:PART]) as (reader, _):
            answer = await reader.read()  # to the end of the connection
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"upload_stalled" in answer
        assert await up.offset(path) == PART

    @pytest.mark.parametrize("other", [0, 1], ids=["same worker", "another worker"])
    async def test_does_not_hold_up_the_next_one(self, line: Line, other: int) -> None:
        path = await line.ups[0].created(line.photo)
        async with line.sending(0, path, 0, line.photo[:PART]) as (reader, _):
            await line.until_kept(path, PART)
            up = line.ups[other]
            assert await up.offset(path) == PART
            first = await reader.read()
            assert (first.startswith(b"HTTP/1.1 423 "), b"upload_locked" in first) == (True, True)
            assert (await up.append(path, PART, line.photo[PART:])).status_code == 204
        assert await received(line.photo)


class TestTwoAtOnce:
    async def test_the_later_one_goes_on_and_no_byte_is_there_twice(self, line: Line) -> None:
        path = await line.ups[0].created(line.photo)
        async with line.sending(0, path, 0, line.photo[:PART]) as (reader, _):
            await line.until_kept(path, PART)
            racing = [up.append(path, PART, line.photo[PART:]) for up in line.ups]
            statuses = sorted([answer.status_code for answer in await asyncio.gather(*racing)])
            assert statuses[0] == 204
            assert statuses[1] in (409, 423)
            assert (await reader.read()).startswith(b"HTTP/1.1 423 ")
        assert await received(line.photo)


class TestAWorkerThatIsKilled:
    async def test_keeps_what_came_and_the_others_go_on_at_once(self, line: Line) -> None:
        path = await line.ups[0].created(line.photo)
        async with line.sending(0, path, 0, line.photo[:PART]):
            await line.until_kept(path, PART)
            line.workers.kill(0)
            assert await line.ups[1].offset(path) == PART
        assert (await line.ups[1].append(path, PART, line.photo[PART : 2 * PART])).status_code == 204
        assert (await line.ups[0].append(path, 2 * PART, line.photo[2 * PART :])).status_code == 204
        assert await received(line.photo)

    async def test_vouches_for_nothing_that_it_did_not_check(self, line: Line) -> None:
        path = await line.ups[0].created(line.photo)
        await line.ups[0].append(path, 0, line.photo[:1000])
        async with line.sending(0, path, 1000, line.photo[1000:PART], **checksum(line.photo[1000:])):
            await line.until_kept(path, PART)
            line.workers.kill(0)
            assert await line.ups[1].offset(path) == 1000
        assert line.draft(path).stat().st_size == 1000


class TestARefusal:
    async def test_comes_before_the_bytes(self, line: Line) -> None:
        path = await line.ups[0].created(line.photo)
        async with line.sending(0, path, 7, b"", expect="100-continue") as (reader, _):
            assert (await reader.readline()).startswith(b"HTTP/1.1 409 ")
        async with line.sending(0, path, 0, b"", expect="100-continue") as (reader, writer):
            assert (await reader.readline()).startswith(b"HTTP/1.1 100 ")
            await reader.readline()
            writer.write(line.photo)
            assert (await reader.readline()).startswith(b"HTTP/1.1 204 ")


class TestClientsOfOthers:
    """Unmodified, through a line that cuts each of their first connections in mid-body."""

    @pytest.mark.skipif(shutil.which("node") is None, reason="without Node")
    @pytest.mark.parametrize("more", [{}, {"uploadDataDuringCreation": True}, {"chunkSize": 100_000}], ids=str)
    async def test_tus_js_client(self, line: Line, project: Path, tmp_path: Path, more: dict[str, Any]) -> None:
        file = tmp_path / "photo.jpg"
        file.write_bytes(line.photo)
        with CuttingLine(line.workers.ports[0]) as bad:
            bad.cut_next(120_000, 60_000, 100_000)
            work = {"endpoint": f"{bad.url}/uploads", "file": str(file), "headers": line.ups[0].headers, **more}
            said = await _node(project, work)
            assert bad.faults["connections cut"] > 0
        assert said == {"done": True}
        assert await received(line.photo)

    async def test_tuspy(self, line: Line) -> None:
        with CuttingLine(line.workers.ports[0]) as bad:
            bad.cut_next(2000, 80_000, 60_000)
            await asyncio.to_thread(_by_tuspy, f"{bad.url}/uploads", line)
        assert await received(line.photo)


def _by_tuspy(url: str, line: Line) -> None:
    from io import BytesIO

    client = TusClient(url, headers=dict(line.ups[0].headers))
    uploader = client.uploader(
        file_stream=BytesIO(line.photo),
        chunk_size=100_000,
        retries=10,
        retry_delay=0,
        metadata={"sha256": digest_of(line.photo), "filename": "photo.jpg"},
        upload_checksum=True,
    )
    uploader.upload()


async def _node(project: Path, work: dict[str, Any]) -> Any:
    process = await asyncio.create_subprocess_exec(
        "node",
        str(project / "tests" / "evidence" / "tusjs.mjs"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=project / "server" / "web",
    )
    out, _ = await asyncio.wait_for(process.communicate(json.dumps(work).encode()), PATIENCE)
    return json.loads(out)
