"""Messages to customers: sent once by a channel, told by the desk without one."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from server.notifications import actions
from server.notifications.actions import Message
from server.notifications.channels import FILE_NAME, Channels, ChannelsError
from server.notifications.rules import NEXT, OVER, after_refusal, masked
from server.notifications.sending import Sending, sweep
from server.platform import clock, db
from tests.journeys.firm import Firm, Person

TEXT = "验证码 246810，10 分钟内有效。"


class Standin(ThreadingHTTPServer):
    """The gateway of an operator, on this machine: keeps what it was handed, and may refuse."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.taken: list[dict[str, Any]] = []
        self.status = 200

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/?:to={{to}}"


class _Answer(BaseHTTPRequestHandler):
    server: Standin

    def do_POST(self) -> None:  # the name the library calls
        self.server.taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def operator() -> Iterator[Standin]:
    standin = Standin()
    serving = threading.Thread(target=standin.serve_forever, daemon=True)
    serving.start()
    try:
        yield standin
    finally:
        standin.shutdown()
        standin.server_close()
        serving.join()


@pytest.fixture
async def tables(database: str) -> AsyncIterator[None]:
    """The database without the application, whose own watch would send what is to be sent here."""
    db.use(database)
    await db.open_pool()
    await db.execute("DELETE FROM notification")
    yield
    await db.close_pool()


CENTRE = UUID(int=1)


async def wanted(key: str = "code:1", **fields: Any) -> None:
    plain: dict[str, Any] = {"kind": "one_time_code", "to": "13812345678", "locale": "zh-CN", "text": TEXT}
    await actions.send(Message(key=key, **(plain | {"centre_id": CENTRE, "outlet_id": UUID(int=2)} | fields)))


async def wanted_of(firm: Firm, key: str = "code:1", **fields: Any) -> None:
    """Of the firm's first outlet, and not taken by any channel."""
    centre_id = await db.fetch_value("SELECT centre_id FROM outlet WHERE id = $1", UUID(firm.outlet_id))
    await wanted(key, **({"centre_id": centre_id, "outlet_id": UUID(firm.outlet_id)} | fields))
    while await db.fetch_value("SELECT EXISTS (SELECT FROM notification WHERE state IN ('queued', 'sending'))"):
        await Sending(Channels()).send_due()


async def outbox(person: Person, query: str = "") -> list[dict[str, Any]]:
    answer = await person.get(f"/outbox{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def states() -> list[tuple[str, int, str | None]]:
    return [tuple(row) for row in await db.fetch("SELECT state, tries, failure FROM notification ORDER BY id")]


async def due_now() -> None:
    await db.execute("UPDATE notification SET next_at = now() - interval '1 second'")


class TestWithAChannel:
    async def test_a_message_goes_out_once_to_whom_it_is_for(self, tables: None, operator: Standin) -> None:
        sending = Sending(Channels({"sms": operator.address}))
        for _ in range(2):
            await wanted(subject="海澜电器")
            await sending.send_due()
        (sent,) = operator.taken
        assert (sent["to"], sent["title"], sent["message"]) == ("13812345678", "海澜电器", TEXT)
        assert await states() == [("sent", 1, None)]

    async def test_many_workers_send_each_message_once(self, tables: None, operator: Standin) -> None:
        for n in range(12):
            await wanted(f"code:{n}", to=f"1381234{n:04}")
        channels = Channels({"sms": operator.address})
        await asyncio.gather(*(Sending(channels).send_due() for _ in range(3)))
        assert sorted(sent["to"] for sent in operator.taken) == [f"1381234{n:04}" for n in range(12)]

    async def test_a_secret_is_erased_when_it_is_out(self, tables: None, operator: Standin) -> None:
        await wanted(secret=True)
        await wanted("news:1")
        await Sending(Channels({"sms": operator.address})).send_due()
        assert await db.fetch_value("SELECT array_agg(text ORDER BY id) FROM notification") == ["", TEXT]

    async def test_the_centres_own_channel_comes_first(self, tables: None, operator: Standin) -> None:
        await wanted()
        await Sending(
            Channels({"sms": "json://127.0.0.1:9/{to}"}, {CENTRE: {"sms": operator.address, "email": ""}})
        ).send_due()
        assert len(operator.taken) == 1


class TestAChannelThatSaysNo:
    async def test_is_asked_again_later_and_then_the_desk_takes_over(self, tables: None, operator: Standin) -> None:
        operator.status = 503
        sending = Sending(Channels({"sms": operator.address}))
        await wanted(expires_at=clock.now() + timedelta(minutes=10))
        for tries in (1, 2):
            await due_now()
            await sending.send_due()
            assert await states() == [("queued", tries, "refused")]
            assert await sending.send_due() == 0
        await due_now()
        await sending.send_due()
        assert await states() == [("desk", 3, "refused")]

    async def test_one_that_hangs_is_not_waited_for_nor_tried_again(self, tables: None) -> None:
        release = threading.Event()
        try:
            await wanted()
            await Sending(Channels({"sms": "x{to}"}), lambda *_: release.wait(30), seconds=0.05).send_due()
            assert await states() == [("desk", 1, "perhaps_sent")]
        finally:
            release.set()

    async def test_one_that_breaks_is_the_desks(self, tables: None) -> None:
        def broken(*_: str) -> bool:
            raise KeyError(TEXT)

        await wanted()
        await Sending(Channels({"sms": "x{to}"}), broken).send_due()
        assert await states() == [("desk", 1, "perhaps_sent")]

    async def test_a_try_whose_worker_died_is_told_not_sent_again(self, tables: None, operator: Standin) -> None:
        await wanted()
        await db.execute("UPDATE notification SET state = 'sending', next_at = now() - interval '1 second'")
        await sweep()
        await Sending(Channels({"sms": operator.address})).send_due()
        assert operator.taken == []
        assert await states() == [("desk", 0, "perhaps_sent")]


class TestWithoutAChannel:
    async def test_the_desk_sees_whom_to_call_and_what_to_say(self, firm: Firm) -> None:
        await wanted_of(firm, secret=True)
        desk = await firm.login("desk")
        (waiting,) = await outbox(desk)
        assert (waiting["to"], waiting["state"], waiting["failure"]) == ("138••••5678", "desk", "no_channel")
        assert TEXT not in json.dumps(waiting, ensure_ascii=False)
        opened = (await desk.post(f"/outbox/{waiting['id']}/open", None)).json()
        assert (opened["to"], opened["text"]) == ("13812345678", TEXT)
        assert (await outbox(desk))[0]["shown_by"] is not None

        for _ in range(2):  # twice is once
            told = await desk.post(f"/outbox/{waiting['id']}/told", None)
            assert (told.status_code, told.json()["state"]) == (200, "told")
        assert await outbox(desk) == []
        assert (await desk.post(f"/outbox/{waiting['id']}/open", None)).json()["code"] == "message_not_at_desk"
        assert await db.fetch_value("SELECT text FROM notification") == ""

    async def test_nobody_sees_another_outlets(self, firm: Firm) -> None:
        await wanted_of(firm, outlet_id=UUID(int=7))
        message_id = await db.fetch_value("SELECT id FROM notification")
        desk = await firm.login("desk")
        assert await outbox(desk) == []
        for what in ("open", "told", "retry"):
            assert (await desk.post(f"/outbox/{message_id}/{what}", None)).status_code == 404

    async def test_an_auditor_reads_the_list_and_opens_nothing(self, firm: Firm) -> None:
        await wanted_of(firm)
        auditor = await firm.login("auditor")
        (waiting,) = await outbox(auditor)
        assert (await auditor.post(f"/outbox/{waiting['id']}/open", None)).status_code == 403

    async def test_it_can_be_put_into_the_queue_again(self, firm: Firm) -> None:
        await wanted_of(firm)
        desk = await firm.login("desk")
        (waiting,) = await outbox(desk)
        assert (await desk.post(f"/outbox/{waiting['id']}/retry", None)).json()["state"] == "queued"


class TestInTime:
    async def test_what_has_no_use_any_more_expires_and_is_erased(self, tables: None) -> None:
        await wanted(secret=True, expires_at=clock.now() - timedelta(seconds=1))
        assert await Sending(Channels()).send_due() == 0
        await sweep()
        assert await states() == [("expired", 0, None)]
        assert await db.fetch_value("SELECT text FROM notification") == ""

    async def test_a_month_later_nobody_can_tell_whom_it_went_to(self, tables: None) -> None:
        await wanted()
        await db.execute("UPDATE notification SET state = 'told', next_at = now() - interval '1 second'")
        await sweep()
        (row,) = await db.fetch("SELECT recipient, text, next_at FROM notification")
        assert tuple(row) == ("", "", None)

    async def test_a_flood_to_one_phone_stays_with_the_desk(self, tables: None, operator: Standin) -> None:
        for n in range(actions.MOST_TO_ONE + 3):
            await wanted(f"code:{n}")
        sending = Sending(Channels({"sms": operator.address}))
        while await sending.send_due():
            pass
        assert len(operator.taken) == actions.MOST_TO_ONE
        assert [s for s in await states() if s[0] == "desk"] == [("desk", 0, "too_many")] * 3


class TestTheFileOfChannels:
    def written(self, folder: Path, text: str, mode: int = 0o600) -> Path:
        path = folder / FILE_NAME
        path.write_text(text)
        path.chmod(mode)
        return folder

    def test_no_file_is_no_channel(self, tmp_path: Path) -> None:
        assert Channels.load(tmp_path).address("sms", UUID(int=1), "138") is None

    def test_the_recipient_is_quoted(self, tmp_path: Path) -> None:
        channels = Channels.load(self.written(tmp_path, '[firm]\nsms = "json://127.0.0.1/?:to={to}"\n'))
        assert channels.address("sms", UUID(int=1), "+86 1&x=2") == "json://127.0.0.1/?:to=%2B86%201%26x%3D2"
        assert channels.address("email", UUID(int=1), "a@b") is None

    @pytest.mark.parametrize(
        ("text", "mode", "says"),
        [
            ('[firm]\nsms = "json://secret@h/{to}"', 0o640, "chmod 600"),
            ("[firm", 0o600, "TOML"),
            ('[firm]\nfax = "secret"', 0o600, "fax"),
            ('[firm]\nsms = "json://user:secret@h/"', 0o600, "{to}"),
            ('[firm]\nsms = "nonsense://secret@h/{to}"', 0o600, "firm.sms"),
        ],
    )
    def test_faults_are_named_without_a_secret(self, tmp_path: Path, text: str, mode: int, says: str) -> None:
        with pytest.raises(ChannelsError) as refused:
            Channels.load(self.written(tmp_path, text, mode))
        assert says in str(refused.value)
        assert "secret" not in str(refused.value)


class TestRules:
    def test_what_is_over_stays_over(self) -> None:
        assert not [move for move in NEXT if move[0] in OVER]

    def test_what_is_urgent_is_with_the_desk_in_seconds(self) -> None:
        waits = [after_refusal(tries, urgent=True) for tries in (1, 2, 3)]
        assert [event for event, _ in waits] == ["failed", "failed", "given_up"]
        assert sum((wait for _, wait in waits), timedelta()) <= timedelta(seconds=30)

    @pytest.mark.parametrize(
        ("recipient", "shown"),
        [
            ("13812345678", "138••••5678"),
            ("+8613812345678", "+86••••5678"),
            ("1234", "••••34"),
            ("li.mei@example.com", "l••••@example.com"),
            ("", "••••"),
        ],
    )
    def test_masking(self, recipient: str, shown: str) -> None:
        assert masked(recipient) == shown
