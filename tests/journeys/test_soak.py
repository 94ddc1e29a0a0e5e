"""What a soak would say if something had gone wrong: a judge that finds nothing proves nothing."""

import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from scripts.fieldday.findings import Findings, Phone
from scripts.fieldday.technician import Said
from scripts.soaking import judge
from scripts.soaking.mischief import RATES, planned
from scripts.soaking.proxy import Proxy
from server.platform import db
from tests.journeys.firm import Firm

pytestmark = pytest.mark.deep

JOB = "a job"


def outcome(status: str, code: str | None = None) -> dict[str, Any]:
    return {"status": status, "code": code, "version": 2, "merges": [], "review_id": None}


def findings(then: str, now: dict[str, Any] | None, kind: str = "job.note", kept: bool = True) -> Findings:
    """One operation that the server answered with `then` before it was restored, and with `now` since."""
    operation = {"op_id": "op", "kind": kind, "record": {"type": "job", "id": JOB}, "args": {}}
    phone = cast("Phone", SimpleNamespace(said=[Said(1, False, operation, now)], again={"op": now} if now else {}))
    phone.answered = {"op": [outcome(then)]}
    completions = {JOB: [{"id": "op"}] if kept else []}
    found = SimpleNamespace(phones=[phone], completions=completions, forgotten=frozenset())
    return cast("Findings", found)


class TestARestoreThatLosesSomething:
    def test_as_it_should_be_nothing_is_found(self) -> None:
        assert list(judge.restore_heals(findings("applied", outcome("merged")))) == []

    def test_an_operation_that_nobody_knows_any_more(self) -> None:
        assert "is unknown" in next(judge.restore_heals(findings("applied", None)))

    def test_an_operation_that_is_refused_now(self) -> None:
        found = findings("applied", outcome("rejected", "unknown_record"))
        assert "now refused: unknown_record" in next(judge.restore_heals(found))

    def test_but_not_when_the_offices_work_it_stood_on_is_gone(self) -> None:
        found = findings("applied", outcome("rejected", "unknown_record"))
        assert judge.forgotten_operations(found.phones, {"another"}) == set()
        assert judge.forgotten_operations(found.phones, {JOB}) == {"op"}
        found = cast("Findings", SimpleNamespace(**{**vars(found), "forgotten": {"op"}}))
        assert list(judge.restore_heals(found)) == []

    def test_a_completion_whose_job_is_gone_and_that_is_gone_with_it(self) -> None:
        for kept in (True, False):
            found = findings("applied", outcome("held"), kind="job.complete", kept=kept)
            found = cast("Findings", SimpleNamespace(**{**vars(found), "forgotten": {"op"}}))
            assert bool(list(judge.restore_heals(found))) is not kept

    def test_a_completion_that_was_not_kept(self) -> None:
        found = findings("applied", outcome("applied"), kind="job.complete", kept=False)
        assert "is not kept" in next(judge.restore_heals(found))


#: What spoils it, and the question that must find it.
SPOILT = (
    ("UPDATE device SET last_seq = last_seq + 1", "an operation twice, or a gap in a device's sequence"),
    ("DELETE FROM sync_operation", "an operation twice, or a gap in a device's sequence"),
    ("UPDATE feed SET position = position + 1000", "a position beyond its stream's head"),
    ("UPDATE job SET version = version + 1", "a job that its streams show in another version"),
    ("DELETE FROM feed WHERE stream LIKE 'board:%'", "a job that its board does not show"),
)


class Undone(Exception):
    """So that the next is planted in a sound database."""


class TestADatabaseThatWasSpoilt:
    async def test_is_found_out(self, firm: Firm) -> None:
        job = await firm.assigned(await firm.login("desk"), 0)
        phone = await firm.phone(0)
        await phone.outcomes(phone.operation("job.note", job, {"text": "x"}))
        for question in judge.QUESTIONS.values():
            assert await db.fetch(question) == []
        for spoil, name in SPOILT:
            with pytest.raises(Undone):
                await self.found_out(spoil, name)

    @staticmethod
    async def found_out(spoil: str, name: str) -> None:
        async with db.transaction():
            await db.execute(spoil)
            assert await db.fetch(judge.QUESTIONS[name]), spoil
            raise Undone


class TestAPlan:
    def test_is_decided_by_its_seed(self) -> None:
        assert planned(7, 600) == planned(7, 600)
        assert planned(7, 600) != planned(8, 600)

    def test_has_every_fault_however_short_it_is(self) -> None:
        assert {fault.kind for fault in planned(1, 10)} == RATES.keys()


class TestABadLine:
    ANSWER = b"x" * 50_000

    @pytest.fixture
    def proxy(self) -> Iterator[Proxy]:
        listening = socket.create_server(("127.0.0.1", 0))
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 50000\r\n\r\n"

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    if connection.recv(65536):
                        connection.sendall(head + self.ANSWER)

        server = threading.Thread(target=serve)
        server.start()
        proxy = Proxy(listening.getsockname()[1], random.Random(1))
        yield proxy
        proxy.close()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        server.join()

    def test_is_good_at_first_and_carries_every_byte(self, proxy: Proxy) -> None:
        assert httpx.get(proxy.url).content == self.ANSWER

    def test_cuts_in_the_middle(self, proxy: Proxy) -> None:
        proxy.cut = 1.0
        with pytest.raises(httpx.TransportError):
            httpx.get(proxy.url)
        assert proxy.faults["connections cut"] == 1
        proxy.come_back()
        assert httpx.get(proxy.url).content == self.ANSWER

    def test_goes_dark_and_comes_back(self, proxy: Proxy) -> None:
        proxy.go_dark()
        with pytest.raises(httpx.TransportError):
            httpx.get(proxy.url)
        proxy.come_back()
        assert httpx.get(proxy.url).content == self.ANSWER


def test_a_server_that_is_not_there_is_not_killed(tmp_path: Path) -> None:
    from scripts.soaking.server import Server

    server = Server(tmp_path / "data")
    assert not server.kill_worker(0)
    assert not server.kill_database()
    server.close()
