"""Files of units into a real database, by the command and over HTTP."""

import asyncio
import csv
import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from server.platform import db
from server.products.importing import import_file, store, watching
from server.products.importing.routes import LARGEST_FILE
from server.products.importing.watching import Intake
from tests.journeys.firm import Firm, Person
from tests.products.files import csv_of, units, written
from tests.products.shop import GTIN, stocked

MANY = 1200  # three batches


async def count() -> int:
    found: int = await db.fetch_value("SELECT count(*) FROM product_unit")
    return found


async def announced(person: Person, **wanted: Any) -> dict[str, Any]:
    answer = await person.post("/unit-imports", {"file_name": "units.csv"} | wanted)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def sent(person: Person, import_id: str, content: str | bytes, media: str = "text/csv") -> Any:
    body = content.encode() if isinstance(content, str) else content
    headers = person.headers | {"content-type": media}
    return await person.client.put(f"/unit-imports/{import_id}/file", content=body, headers=headers)


async def over(person: Person, import_id: str) -> dict[str, Any]:
    for _ in range(600):
        found = (await person.get(f"/unit-imports/{import_id}")).json()
        if found["state"] not in ("waiting", "running"):
            return dict(found)
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def imported(person: Person, content: str | bytes, **wanted: Any) -> dict[str, Any]:
    begun = await announced(person, **wanted)
    answer = await sent(person, begun["id"], content)
    assert answer.status_code == 200, answer.text
    return await over(person, begun["id"])


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


class TestTheCommand:
    async def test_takes_a_file_once_and_again_changes_nothing(self, firm: Firm, tmp_path: Path) -> None:
        await stocked(firm)
        file = written(tmp_path, csv_of([*units(MANY), f"{GTIN},SN000001,,,", f"{GTIN},,,,"]))
        dry = await import_file(file, outlet="静安", dry_run=True, progress=lambda _: None)
        assert (dry.tally.imported, await count()) == (MANY, 0)
        told: list[object] = []
        first = await import_file(file, outlet="静安", progress=told.append, rejects=tmp_path / "rejects.csv")
        assert (first.tally.imported, first.tally.refused) == (MANY, {"serial_twice": 1, "serial_missing": 1})
        assert told[-1] == "1,203 of 1,203 lines"
        assert await count() == MANY
        rejects = list(csv.DictReader(io.StringIO((tmp_path / "rejects.csv").read_text("utf-8"))))
        assert [(r["line"], r["code"]) for r in rejects] == [("1202", "serial_twice"), ("1203", "serial_missing")]
        before = await db.fetch_value("SELECT md5(string_agg(u::text, ',' ORDER BY id)) FROM product_unit u")
        again = await import_file(file, outlet="静安", progress=lambda _: None)
        assert (again.tally.imported, again.tally.known) == (0, MANY)
        assert await db.fetch_value("SELECT md5(string_agg(u::text, ',' ORDER BY id)) FROM product_unit u") == before
        assert "1,200 known already" in str(again)
        unit = await db.fetch_row("SELECT lot, sold_on::text AS sold_on, version FROM product_unit LIMIT 1")
        assert dict(unit or {}) == {"lot": "L1", "sold_on": "2024-05-01", "version": 1}

    async def test_twice_at_once_takes_every_unit_once(self, firm: Firm, tmp_path: Path) -> None:
        await stocked(firm)
        file = written(tmp_path, csv_of(units(MANY)))
        both = await asyncio.gather(*(import_file(file, outlet="静安", progress=lambda _: None) for _ in range(2)))
        assert [one.tally.imported + one.tally.known for one in both] == [MANY, MANY]
        assert sum(one.tally.imported for one in both) == await count() == MANY

    async def test_never_overwrites_what_is_on_record(self, firm: Firm, tmp_path: Path) -> None:
        await stocked(firm)
        await import_file(written(tmp_path, csv_of(units(2))), outlet="静安", progress=lambda _: None)
        changed = csv_of([f"{GTIN},SN000001,L2,,2024-05-02", f"{GTIN},SN000002,,,"])
        report = await import_file(written(tmp_path, changed), outlet="静安", progress=lambda _: None)
        assert (report.tally.known, report.tally.refused) == (1, {"serial_taken": 1})
        assert report.refusals[0].detail == "on record with another lot, sold_on"
        assert {r["lot"] for r in await db.fetch("SELECT lot FROM product_unit")} == {"L1"}


class TestAFileSent:
    async def test_is_taken_in_and_answered_for_line_by_line(self, firm: Firm) -> None:
        hq = await stocked(firm)
        content = csv_of([*units(3, "静安"), f"{GTIN},=SUM(A1),,静安,", f"{GTIN},SN9,,浦东,"])
        done = await imported(hq, content)
        assert (done["state"], done["lines_found"], done["lines"], done["imported"]) == ("done", 5, 6, 3)
        assert done["refused"] == {"formula": 1, "outlet_unknown": 1}
        path = f"/unit-imports/{done['id']}/refusals"
        page = (await hq.get(path, limit=1)).json()
        rest = (await hq.get(path, limit=1, cursor=page["next_cursor"])).json()
        one, two = page["items"] + rest["items"]
        assert (one["line"], one["code"], two["line"], two["code"]) == (5, "formula", 6, "outlet_unknown")
        assert one["text"] == {"zh": "单元格以公式符号开头。", "en": "A cell begins like a formula."}
        table = (await hq.get(f"{path}.csv")).content.decode("utf-8-sig")
        cells = list(csv.DictReader(io.StringIO(table)))
        assert cells[0]["serial"] == "'=SUM(A1)"
        assert await count() == 3

    async def test_in_a_dry_run_makes_nothing(self, firm: Firm) -> None:
        hq = await stocked(firm)
        done = await imported(hq, csv_of(units(3, "静安")), dry_run=True)
        assert (done["state"], done["imported"], await count()) == ("done", 3, 0)

    async def test_that_cannot_be_read_has_failed_and_says_why(self, firm: Firm) -> None:
        hq = await stocked(firm)
        done = await imported(hq, csv_of(units(3, "静安")).encode("gbk"))
        assert (done["state"], done["failure"], await count()) == ("failed", "encoding_wrong", 0)
        assert "gb18030" in done["failure_detail"]
        assert done["failure_text"]["zh"].endswith("。")
        mapped = await imported(hq, csv_of(units(3, "静安")).encode("gbk"), mapping={"encoding": "gb18030"})
        assert (mapped["state"], mapped["imported"]) == ("done", 3)

    async def test_goes_to_no_outlet_but_the_senders(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await imported(hq, csv_of(units(1, "徐汇")))
        await db.execute("UPDATE app_user SET role = 'outlet_manager' WHERE username = 'desk'")
        manager = await firm.login("desk")
        lines = [*units(1, "徐汇"), *units(1, "徐汇", 2), f"{GTIN},SN000001,L1,,2024-05-01", *units(1, "", 3)]
        done = await imported(manager, csv_of(lines))
        assert (done["imported"], done["refused"]) == (1, {"outlet_unknown": 2, "serial_twice": 1})
        again = await imported(manager, csv_of([f"{GTIN},SN000001,L1,,2024-05-01"]))
        assert again["refused"] == {"serial_taken": 1}
        told = (await manager.get(f"/unit-imports/{again['id']}/refusals")).json()["items"]
        assert told[0]["detail"] == "on record"
        row = await db.fetch_row("SELECT outlet_id::text AS outlet FROM product_unit WHERE serial = 'SN000003'")
        assert row is not None
        assert row["outlet"] == firm.outlet_id

    async def test_is_seen_by_its_sender_and_headquarters(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await db.execute("UPDATE app_user SET role = 'outlet_manager' WHERE username IN ('desk', 'otherdesk')")
        manager, other = await firm.login("desk"), await firm.login("otherdesk")
        begun = await announced(manager)
        assert begun["state"] == "awaited"
        for path in (f"/unit-imports/{begun['id']}", f"/unit-imports/{begun['id']}/refusals"):
            refused(await other.get(path), 404, "not_found")
            assert (await hq.get(path)).status_code == 200
        refused(await sent(other, begun["id"], csv_of(units(1))), 404, "not_found")
        assert (await other.get("/unit-imports")).json()["items"] == []
        assert len((await hq.get("/unit-imports")).json()["items"]) == 1

    async def test_twice_empty_or_as_something_else_is_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        refused(
            await hq.post("/unit-imports", {"file_name": "x", "mapping": {"outlet": "浦东"}}), 422, "outlet_unknown"
        )
        refused(await hq.post("/unit-imports", {"file_name": "x", "mapping": {"columns": {"x": "y"}}}), 400, "invalid")
        begun = await announced(hq)
        refused(await sent(hq, begun["id"], ""), 422, "file_empty")
        refused(await sent(hq, begun["id"], "{}", "application/json"), 415, "unsupported_media_type")
        refused(await sent(hq, str(uuid.uuid4()), "x"), 404, "not_found")
        huge = hq.headers | {"content-type": "text/csv", "content-length": str(LARGEST_FILE + 1)}
        path = f"/unit-imports/{begun['id']}/file"
        refused(await hq.client.put(path, content=b"gtin,serial", headers=huge), 413, "body_too_large")
        assert (await sent(hq, begun["id"], csv_of(units(1, "静安")))).status_code == 200
        refused(await sent(hq, begun["id"], csv_of(units(1, "静安"))), 409, "state_illegal")
        await over(hq, begun["id"])
        refused(await hq.post(f"/unit-imports/{begun['id']}/cancel"), 409, "state_illegal")
        waiting = await announced(hq)
        assert (await hq.post(f"/unit-imports/{waiting['id']}/cancel")).json()["state"] == "cancelled"
        refused(await sent(hq, waiting["id"], csv_of(units(1, "静安"))), 409, "state_illegal")


class TestAWorkerThatDies:
    async def test_leaves_whole_batches_and_another_goes_on_behind_them(self, firm: Firm, tmp_path: Path) -> None:
        hq = await stocked(firm)
        begun = await announced(hq)
        import_id, intake = uuid.UUID(begun["id"]), Intake(tmp_path)
        bad = f"{GTIN},,,静安,"
        written(tmp_path, csv_of([bad, *units(MANY, "静安"), bad]), intake.place(import_id).name)
        await store.arrived(import_id, 1, "")
        claimed = await store.claim([import_id], watching.LEASE)
        assert claimed is not None
        dying = await watching.opened(intake.place(import_id), claimed)
        batches = dying.batches()
        await anext(batches)
        cut = (await hq.get(f"/unit-imports/{import_id}")).json()
        assert (cut["state"], cut["lines"], cut["imported"], await count()) == ("running", 501, 499, 499)
        assert await store.claim([import_id], watching.LEASE) is None
        await db.execute("UPDATE unit_import SET lease_until = now() - interval '1 second'")
        stopping = asyncio.Event()
        another = asyncio.create_task(intake.watch(stopping))
        done = await over(hq, begun["id"])
        stopping.set()
        await another
        assert (done["state"], done["imported"], done["known"]) == ("done", MANY, 0)
        assert done["refused"] == {"serial_missing": 2}
        assert await count() == MANY
        assert not intake.place(import_id).exists()
        assert [found async for found in batches] == []

    async def test_again_and_again_has_failed(self, firm: Firm) -> None:
        hq = await stocked(firm)
        begun = await announced(hq)
        await db.execute(
            "UPDATE unit_import SET state = 'running', attempts = 3, lease_until = now() - interval '1 second'"
        )
        await store.give_up(watching.ATTEMPTS, timedelta(hours=1))
        cut = (await hq.get(f"/unit-imports/{begun['id']}")).json()
        assert (cut["state"], cut["failure"]) == ("failed", "interrupted")
        assert "again" in cut["failure_text"]["en"]
