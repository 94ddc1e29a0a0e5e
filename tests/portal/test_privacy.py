"""What becomes of what people tell us: nothing of it in a log, and who read their file is on record.

One firm for all tests here, as each of them has a customer of its own.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import structlog
from PIL import Image

from server.platform import accesses, db
from server.platform.logging import IntoStructlog, processors
from server.portal.unit_page import UnitPageView
from tests.journeys.firm import PASSWORD, Firm, Person
from tests.portal.asked import WRITTEN, Unit, a_unit, asked, code_of, desk, firm, job_of, png, unit

__all__ = ["desk", "firm", "unit"]

pytestmark = pytest.mark.database

PHONE, NAME, ADDRESS = "13987654321", "欧阳独名", "独名路 77 号 8 楼"


@pytest.fixture
def log() -> Iterator[io.BytesIO]:
    """Every line, as the server writes it at its most talkative, also those of libraries."""
    before, lines, root = structlog.get_config(), io.BytesIO(), logging.getLogger()
    handler, level, httpx_level = IntoStructlog(), root.level, logging.getLogger("httpx").level
    structlog.configure(
        processors=processors(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.BytesLoggerFactory(file=lines),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the browser of this test, not the server
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(httpx_level)
    structlog.configure(**before)


def told(log: io.BytesIO) -> str:
    """All lines, without numbers of the lines' own."""
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    own = ("timestamp", "request_id", "ms", "bytes")
    return "\n".join(json.dumps({k: v for k, v in one.items() if k not in own}, ensure_ascii=False) for one in lines)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


async def registers(client: httpx.AsyncClient, unit: Unit) -> None:
    page = await client.get("/register", params={"code": code_of(unit)})
    said = {"name": NAME, "phone": PHONE, "purchased_on": "2026-05-01", "agreed": "yes"}
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(drawn, "PNG")
    files = {"proof": ("欧阳独名.png", drawn.getvalue(), "image/png")}
    answer = await client.post("/register", data=hidden(page.text) | said, files=files)
    assert answer.status_code == 303, answer.text


async def proves(client: httpx.AsyncClient, unit: Unit) -> tuple[str, str]:
    """The one-time code and the session it opened; a wrong code comes first."""
    asking = await client.post("/proof", data={"code": code_of(unit), "phone": PHONE})
    form = hidden((await client.get(asking.headers["location"])).text)
    text = await db.fetch_value("SELECT text FROM notification WHERE kind = 'one_time_code' ORDER BY id DESC LIMIT 1")
    found = re.search(r"\d{6}", text)
    assert found
    wrong = f"{(int(found[0]) + 1) % 1_000_000:06}"
    await client.post("/proof/code", data=form | {"typed": wrong})
    opened = await client.post("/proof/code", data=form | {"typed": found[0]})
    return found[0], opened.cookies["onsite_visitor"]


def test_the_list_of_what_a_stranger_sees_is_the_one_in_the_documentation(project: Path) -> None:
    text = (project / "docs/privacy.md").read_text().split("## What is kept")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == UnitPageView.__struct_fields__


class TestNothingOfPeopleIsInALog:
    async def test_whatever_they_and_the_desk_do(
        self, log: io.BytesIO, client: httpx.AsyncClient, firm: Firm, unit: Unit
    ) -> None:
        await client.get(code_of(unit))
        await registers(client, unit)
        one_time, session = await proves(client, unit)
        await client.get("/mine", params={"code": code_of(unit)})
        other = await a_unit(firm)
        follow = await asked(client, other, (png(),), name=NAME, phone=PHONE, address=ADDRESS)
        await client.get(f"/j/{follow}")
        await client.post(f"/j/{follow}/ask", data={"words": ADDRESS})
        await client.get(f"/j/{follow}x/judge")
        desk = await firm.login("desk")
        for message in (await desk.get("/outbox")).json()["items"]:
            await desk.post(f"/outbox/{message['id']}/open")
        await desk.get("/customers", q=PHONE)
        await client.post("/auth/login", json={"username": "desk", "password": PASSWORD + "!"})
        await client.post("/customers", content=f'{{"name": "{NAME}", "phone": {PHONE}', headers=desk.headers)
        lines = told(log)
        assert lines.count('"request"') >= 12
        secrets = (PHONE, NAME, ADDRESS, WRITTEN["words"], follow, session, desk.token, PASSWORD)
        for secret in (*secrets, unit["serial"], other["serial"]):
            assert secret not in lines, [line for line in lines.splitlines() if secret in line]
        assert not re.search(rf"(?<!\d){one_time}(?!\d)", lines)

    async def test_what_the_database_quotes_of_a_row(
        self, log: io.BytesIO, firm: Firm, desk: Person, client: httpx.AsyncClient
    ) -> None:
        await db.execute("CREATE UNIQUE INDEX for_a_fault ON customer (phone) WHERE phone = '13700001111'")
        try:
            said = {"outlet_id": firm.outlet_id, "name": NAME, "phone": "13700001111"}
            answers = [(await desk.post("/customers", said)).status_code for _ in range(2)]
        finally:
            await db.execute("DROP INDEX for_a_fault")
        assert answers == [201, 500]
        lines = told(log)
        assert "UniqueViolation" in lines
        assert "13700001111" not in lines
        assert NAME not in lines


async def a_customer(firm: Firm) -> tuple[Person, str]:
    hq = await firm.login("hq")
    answer = await hq.post("/customers", {"outlet_id": firm.outlet_id, "name": NAME, "phone": PHONE})
    return hq, str(answer.json()["id"])


async def lines_of(person: Person, customer_id: str) -> list[dict[str, Any]]:
    answer = await person.get(f"/customers/{customer_id}/accesses")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


class TestWhoReadAFile:
    async def test_is_on_record_with_what_and_why(self, firm: Firm, desk: Person) -> None:
        hq, customer = await a_customer(firm)
        await desk.get(f"/customers/{customer}", reason="  顾客来电 ")
        await desk.get(f"/customers/{customer}/history")
        job = await firm.job(desk, customer_id=customer)
        for _ in range(2):  # a list that is looked at again and again is one reading
            await hq.get("/customers", q=NAME)
        seen = [(a["user_id"], a["role"], a["what"], a["why"], a["reason"]) for a in await lines_of(hq, customer)]
        me = desk.user["id"]
        assert seen == [
            (hq.user["id"], "hq_manager", "list", "job", ""),
            (me, "dispatcher", "history", "none", ""),
            (me, "dispatcher", "file", "stated", "顾客来电"),
        ]
        last = (await lines_of(hq, customer))[0]
        assert (last["job_id"], last["user_name"]) == (job["id"], hq.user["name"])

    async def test_also_when_it_was_read_with_something_else(self, firm: Firm, desk: Person) -> None:
        hq, customer = await a_customer(firm)
        unit = await a_unit(firm, customer_id=customer)
        await desk.get(f"/units/{unit['id']}/owners", reason="质量回访")
        (line,) = await lines_of(hq, customer)
        assert (line["what"], line["record_id"], line["reason"]) == ("owners", unit["id"], "质量回访")

    async def test_of_what_customers_wrote_and_were_sent(
        self, client: httpx.AsyncClient, firm: Firm, desk: Person
    ) -> None:
        hq, customer = await a_customer(firm)
        unit = await a_unit(firm, customer_id=customer)
        await asked(client, unit, (png(),), phone=PHONE)
        job = await job_of(desk, unit)
        customer = job["customer_id"] or customer
        request = (await desk.get(f"/jobs/{job['id']}/request")).json()
        if request["photos"]:
            await desk.get(f"/jobs/{job['id']}/request/photos/{request['photos'][0]['sha256']}")
        found = await lines_of(hq, customer)
        assert {(a["what"], a["why"], a["job_id"]) for a in found} >= {("request", "job", job["id"])}
        await registers(client, fresh := await a_unit(firm))
        (waiting,) = [r for r in (await desk.get("/registrations")).json()["items"] if r["unit_id"] == fresh["id"]]
        await desk.get(f"/registrations/{waiting['id']}/proof")
        read = [a["what"] for a in await lines_of(hq, waiting["customer_id"])]
        assert read[:2] == ["proof", "registration"]

    async def test_is_for_managers_and_auditors_of_that_subtree(self, firm: Firm, desk: Person) -> None:
        _, customer = await a_customer(firm)
        path = f"/customers/{customer}/accesses"
        assert (await desk.get(path)).status_code == 403
        assert (await (await firm.login("auditor")).get(path)).status_code == 200
        hq = await firm.login("hq")
        assert (await hq.get(f"/customers/{firm.outlet_id}/accesses")).status_code == 404
        assert (await hq.get(path, cursor="x")).json()["code"] == "cursor_invalid"

    async def test_can_be_neither_changed_nor_removed(self, firm: Firm, desk: Person) -> None:
        _, customer = await a_customer(firm)
        await desk.get(f"/customers/{customer}")
        for statement in ("UPDATE file_access SET reason = 'x'", "DELETE FROM file_access"):
            with pytest.raises(asyncpg.RaiseError):
                await db.execute(statement)
        await accesses.forget()
        assert await db.fetch_value("SELECT count(*) FROM file_access WHERE customer_id = $1", UUID(customer)) == 1

    async def test_nothing_is_shown_that_cannot_be_recorded(self, firm: Firm, desk: Person) -> None:
        _, customer = await a_customer(firm)
        await db.execute("ALTER TABLE file_access RENAME TO away")
        try:
            answer = await desk.get(f"/customers/{customer}")
        finally:
            await db.execute("ALTER TABLE away RENAME TO file_access")
        assert answer.status_code >= 500
        assert NAME not in answer.text

    @pytest.mark.parametrize(("reason", "code"), [("x" * 201, "invalid"), ("a\x00b", "text_forbidden_character")])
    async def test_a_reason_is_a_text(self, firm: Firm, desk: Person, reason: str, code: str) -> None:
        _, customer = await a_customer(firm)
        assert (await desk.get(f"/customers/{customer}", reason=reason)).json()["code"] == code
