"""No room, and no bucket: what is said, what is kept, and what it becomes over HTTP.

A full disk is one on which the process may write no larger file: the write fails in the same place, in the same way.
"""

import hashlib
import http.server
import os
import resource
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from litestar import get
from litestar.testing import create_test_client
from obstore.exceptions import GenericError

from server.platform.errors import HANDLERS
from server.platform.storage import Blobs, Bucket, Damaged, Place, StorageFull, Unreachable, os_faults
from server.platform.storage.faults import bucket_faults
from tests.blobs import Server, digests_in

SMALL = b"kept before"
LARGE = os.urandom(300_000)
DIGEST = hashlib.sha256(LARGE).hexdigest()


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 65_536):
        yield content[at : at + 65_536]


class TestADiskThatIsFull:
    @pytest.fixture
    async def blobs(self, tmp_path: Path) -> Blobs:
        blobs = Blobs(tmp_path)
        await blobs.keep(SMALL)
        return blobs

    async def test_refuses_what_streams_in_and_loses_nothing(self, blobs: Blobs) -> None:
        before = digests_in(blobs)
        with no_file_longer_than(100_000), pytest.raises(StorageFull):
            await blobs.put(DIGEST, len(LARGE), chunks(LARGE))
        assert (digests_in(blobs), list(blobs.incoming.iterdir())) == (before, [])
        assert await blobs.get(before[0]) == SMALL

    async def test_refuses_what_is_made_here_and_loses_nothing(self, blobs: Blobs) -> None:
        before = digests_in(blobs)
        with no_file_longer_than(100_000), pytest.raises(StorageFull):
            await blobs.keep(LARGE)
        assert (digests_in(blobs), list(blobs.incoming.iterdir())) == (before, [])

    async def test_takes_it_when_there_is_room_again(self, blobs: Blobs) -> None:
        with no_file_longer_than(100_000), pytest.raises(StorageFull):
            await blobs.put(DIGEST, len(LARGE), chunks(LARGE))
        await blobs.put(DIGEST, len(LARGE), chunks(LARGE))
        assert await blobs.get(DIGEST) == LARGE

    async def test_refuses_a_draft_that_grows_too_long(self, blobs: Blobs) -> None:
        with no_file_longer_than(100_000), pytest.raises(StorageFull), blobs.draft_now() as draft:
            draft.write(LARGE)
        assert list(blobs.incoming.iterdir()) == []

    def test_says_so_to_whoever_writes_files_beside_it(self, tmp_path: Path) -> None:
        with no_file_longer_than(1000), pytest.raises(StorageFull), os_faults():
            (tmp_path / "chunk").write_bytes(LARGE)


class TestTheFloor:
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> Blobs:
        """More is to stay free than there is."""
        return Blobs(Place(folder=str(tmp_path), floor=2**60))

    async def test_refuses_before_the_disk_is_full(self, blobs: Blobs) -> None:
        with pytest.raises(StorageFull):
            await blobs.room()
        with pytest.raises(StorageFull):
            await blobs.put(DIGEST, len(LARGE), chunks(LARGE))
        with pytest.raises(StorageFull):
            await blobs.keep(LARGE)
        assert (digests_in(blobs), blobs.state()) == ([], "full")

    async def test_takes_a_draft_that_is_on_the_disk_already(self, blobs: Blobs) -> None:
        (blobs.incoming / "draft").write_bytes(LARGE)
        assert (await blobs.adopt(blobs.incoming / "draft")).digest == DIGEST

    async def test_counts_what_is_to_come(self, tmp_path: Path) -> None:
        blobs = Blobs(Place(folder=str(tmp_path), floor=0))
        await blobs.room(1)
        with pytest.raises(StorageFull):
            await blobs.room(blobs.free() + 2**40)


FULL = """<?xml version="1.0"?><Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum
free drive threshold.</Message></Error>"""
DENIED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>'


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    """A bucket that says one thing to everybody."""
    status, body = request.param

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_request(self, *_: object) -> None:
            """Quietly."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Bucket(name="photos", endpoint=f"http://127.0.0.1:{server.server_port}", key_id="key", secret="sesame")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TestABucketThatCannotTakeMore:
    @pytest.mark.parametrize(
        ("answering", "fault", "state"),
        [
            ((507, FULL), StorageFull, "full"),
            ((403, DENIED), Unreachable, "unreachable"),
            ((503, "SlowDown"), Unreachable, "unreachable"),
        ],
        indirect=["answering"],
    )
    async def test_says_why_and_the_draft_stays(
        self, answering: Bucket, fault: type[Exception], state: str, tmp_path: Path
    ) -> None:
        blobs = Blobs(Place(folder=str(tmp_path), bucket=answering))
        draft = blobs.incoming / "draft"
        draft.write_bytes(SMALL)
        with pytest.raises(fault) as raised:
            await blobs.adopt(draft)
        assert draft.read_bytes() == SMALL
        assert blobs.state() == state
        assert "sesame" not in str(raised.value)


class TestABucket:
    async def test_that_is_away_is_neither_empty_nor_a_traceback(self, s3: Server, tmp_path: Path) -> None:
        away = Bucket(name="photos", endpoint="http://127.0.0.1:9", region="us-east-1", key_id="k", secret="s")
        blobs = Blobs(Place(folder=str(tmp_path), bucket=away))
        with pytest.raises(Unreachable):
            await blobs.get(DIGEST)

    def test_that_took_507_milliseconds_is_not_full(self) -> None:
        with pytest.raises(Unreachable), bucket_faults():
            raise GenericError("Generic S3 error: Error performing GET http://127.0.0.1:9/k in 507.83129ms")

    async def test_that_there_is_not_is_told_at_the_start(self, s3: Server, tmp_path: Path) -> None:
        missing = Bucket(name="no-such-photos", endpoint=s3.url, region="us-east-1", key_id="k", secret="s")
        blobs = Blobs(Place(folder=str(tmp_path), bucket=missing))
        with pytest.raises(Unreachable, match="no such bucket") as fault:
            blobs.probe()
        assert fault.value.for_good

    async def test_that_is_well_takes_the_probe_and_keeps_nothing_of_it(self, s3: Server, tmp_path: Path) -> None:
        blobs = Blobs(Place(folder=str(tmp_path), bucket=s3.bucket()))
        blobs.probe()
        assert digests_in(blobs) == []


class TestOverHttp:
    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [
            (StorageFull(), 507, "storage_full"),
            (Unreachable("it is away"), 503, "storage_unavailable"),
            (Damaged(DIGEST), 500, "stored_damaged"),
        ],
    )
    def test_each_has_its_code(self, fault: Exception, status: int, code: str) -> None:
        @get("/")
        async def fails() -> None:
            raise fault

        with create_test_client([fails], exception_handlers=HANDLERS) as client:
            answer = client.get("/")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert "it is away" not in answer.text
