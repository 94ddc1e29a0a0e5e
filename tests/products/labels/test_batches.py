"""Batches of labels: asked for, drawn in another process, taken up again after a worker died, fetched, forgotten."""

import asyncio
import io
import itertools
import uuid
import zipfile
from typing import Any

import numpy as np
import pytest
import zxingcpp
from litestar import Litestar
from PIL import Image
from zebrafy.zebrafy_zpl import ZebrafyZPL

from schemas.accounts import Role
from schemas.labels import LabelForm, NewLabelBatch, NewSerials
from server.platform import clock, db
from server.platform.auth import Caller
from server.products.labels import batches, store
from server.products.labels.batch_routes import asked_range
from server.products.labels.formats import OnPaper
from server.products.labels.portions import PART, portions
from server.products.labels.running import FORGET, LEASE, Labeller, _made, sweep
from server.products.labels.sheets import SHEETS
from tests.blobs import digests_in
from tests.journeys.firm import Firm, Person
from tests.products.labels.reading import page
from tests.products.shop import GTIN, added, stocked

PREFIX = f"HTTP://TESTSERVER.LOCAL/01/{GTIN}/21/"


async def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def begun(person: Person, **wish: Any) -> dict[str, Any]:
    answer = await person.post("/label-batches", wish)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/label-batches/{answer.json()['id']}"
    return dict(answer.json())


async def ended(person: Person, batch: dict[str, Any]) -> dict[str, Any]:
    """Asked again and again, as a page would."""
    for _ in range(600):
        now = dict((await person.get(f"/label-batches/{batch['id']}")).json())
        assert 0 <= now["done"] <= now["labels"]
        if now["state"] != "making":
            return now
        await asyncio.sleep(0.05)
    raise AssertionError("never ended")


async def begun_to_draw(person: Person, batch_id: uuid.UUID) -> None:
    for _ in range(600):
        if (await person.get(f"/label-batches/{batch_id}")).json()["done"]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("never began")


async def fetched(person: Person, batch: dict[str, Any]) -> bytes:
    answer = await person.get(batch["url"])
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content) == batch["size"]
    assert answer.headers["content-type"] == batch["media_type"]
    return bytes(answer.content)


def codes_in(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(np.asarray(picture.convert("L")))]


def codes_of_zpl(stream: bytes) -> list[str]:
    pictures = ZebrafyZPL(stream.decode("ascii")).to_images()
    return list(itertools.chain.from_iterable(map(codes_in, pictures)))


async def urls() -> set[str]:
    rows = await db.fetch("SELECT serial FROM product_unit WHERE gtin = $1", GTIN)
    return {PREFIX + row["serial"] for row in rows}


class TestABatch:
    async def test_of_chosen_units_is_a_file_that_reads(self, firm: Firm) -> None:
        hq = await stocked(firm)
        ids = [(await added(hq, firm))["id"] for _ in range(3)]
        pictures = await begun(hq, format="png", unit_ids=[*ids, ids[0]])
        sheet = await begun(hq, format="pdf", units={"gtin": "6901234567892"}, sheet="L7160", place=21, marks=True)
        again = await begun(hq, format="png", unit_ids=ids)
        pictures, sheet, again = [await ended(hq, each) for each in (pictures, sheet, again)]
        assert [(b["state"], b["done"], b["labels"]) for b in (pictures, sheet)] == [("ready", 3, 3)] * 2
        assert pictures["outlet_id"] == firm.outlet_id

        with zipfile.ZipFile(io.BytesIO(await fetched(hq, pictures))) as packed:
            assert packed.testzip() is None
            read = [codes_in(Image.open(io.BytesIO(packed.read(name)))) for name in packed.namelist()]
        assert {code for (code,) in read} == await urls()
        document = await fetched(hq, sheet)
        assert set(codes_in(page(document, 300)) + codes_in(page(document, 300, 1))) == await urls()

        assert again["sha256"] == pictures["sha256"]
        await self.it_is_fetched_in_pieces(firm, hq, pictures)
        await self.it_goes_when_it_is_old(firm, hq, pictures, again)

    async def it_is_fetched_in_pieces(self, firm: Firm, hq: Person, batch: dict[str, Any]) -> None:
        whole, size = await fetched(hq, batch), batch["size"]

        async def part(**headers: str) -> Any:
            return await firm.client.get(
                batch["url"], headers=hq.headers | {k.replace("_", "-"): v for k, v in headers.items()}
            )

        rest = await part(range="bytes=100-")
        assert (rest.status_code, rest.content) == (206, whole[100:])
        assert rest.headers["content-range"] == f"bytes 100-{size - 1}/{size}"
        assert (await part(range="bytes=100-", if_range='"other"')).content == whole
        assert (await part(range=f"bytes={size}-")).status_code == 416
        assert (await part(if_none_match=f'"{batch["sha256"]}"')).status_code == 304
        assert "attachment" in rest.headers["content-disposition"]

    async def it_goes_when_it_is_old(
        self, firm: Firm, hq: Person, batch: dict[str, Any], equal: dict[str, Any]
    ) -> None:
        """The file of an equal batch stays."""
        blobs = firm.client._transport.app.state.blobs  # type: ignore[attr-defined]
        for old in (batch, equal):
            assert (await hq.get(old["url"])).status_code == 200
            await db.execute(
                "UPDATE label_batch SET expires_at = now() - interval '1 minute' WHERE id = $1", uuid.UUID(old["id"])
            )
            await store.expire(clock.now(), FORGET)
            await sweep(blobs)
            await refused(await hq.get(old["url"]), 410, "labels_over")
            assert (batch["sha256"] in digests_in(blobs)) == (old is batch)
        await store.expire(clock.now() + FORGET, FORGET)
        known = {row["id"] for row in await db.fetch("SELECT id FROM label_batch")}
        assert not known & {uuid.UUID(batch["id"]), uuid.UUID(equal["id"])}

    async def test_makes_units_of_a_model_for_production(self, firm: Firm) -> None:
        hq = await stocked(firm)
        make = {"gtin": GTIN, "outlet_id": firm.outlet_id, "count": 7, "lot": "A26", "manufactured_on": "2026-01-05"}
        batch = await ended(hq, await begun(hq, format="zpl", form={"dpi": 203, "lines": ["清风 35GW"]}, make=make))
        read = codes_of_zpl(await fetched(hq, batch))
        assert len(read) == len(set(read)) == 7
        assert set(read) == await urls()
        rows = await db.fetch("SELECT DISTINCT lot, manufactured_on::text AS made, outlet_id FROM product_unit")
        assert [(r["lot"], r["made"], str(r["outlet_id"])) for r in rows] == [("A26", "2026-01-05", firm.outlet_id)]


class TestAWorkerThatDied:
    async def test_leaves_nothing_twice_and_nothing_out(self, firm: Firm, app: Litestar) -> None:
        """It dies after its first part, and again when it has made the units of the second."""
        hq = await stocked(firm)
        labels = PART + 20
        new = NewLabelBatch(
            format="zpl",
            form=LabelForm(dpi=152, text=False),
            make=NewSerials(gtin=GTIN, outlet_id=uuid.UUID(firm.outlet_id), count=labels),
        )
        batch_id = await batches.begin(who(hq), new, "http://testserver.local")
        doomed = Labeller(app.state.blobs)
        claimed = await store.claim(LEASE)
        assert claimed is not None
        assert claimed.id == batch_id
        wish = batches._wish(new, "http://testserver.local")
        first = await store.next_part(batch_id)
        assert first is not None
        await doomed._draw_part(claimed, wish, first)
        second = await store.next_part(batch_id)
        assert second is not None
        made = await _made(claimed, second)
        assert await _made(claimed, second) == made
        await doomed._apart.close()
        drawn = await db.fetch_value("SELECT digest FROM label_batch_part WHERE id = $1", first.id)

        await db.execute("UPDATE label_batch SET lease_until = now() - interval '1 second' WHERE id = $1", batch_id)
        app.state.labeller.wake()
        batch = await ended(hq, {"id": str(batch_id)})
        assert (batch["state"], batch["done"]) == ("ready", labels)
        assert await db.fetch_value("SELECT digest FROM label_batch_part WHERE id = $1", first.id) == drawn
        assert await db.fetch_value("SELECT count(*) FROM product_unit") == labels
        stream = await fetched(hq, batch)
        assert stream.count(b"^XA") == labels
        assert len(set(stream.split(b"^XZ\n"))) == labels + 1

    async def test_gives_its_batch_back_at_once_when_it_is_stopped(self, firm: Firm, app: Litestar) -> None:
        hq = await stocked(firm)
        new = NewLabelBatch(
            format="zpl",
            form=LabelForm(dpi=152, text=False),
            make=NewSerials(gtin=GTIN, outlet_id=uuid.UUID(firm.outlet_id), count=4 * PART),
        )
        batch_id = await batches.begin(who(hq), new, "http://testserver.local")
        stopping = asyncio.Event()
        worker = asyncio.create_task(Labeller(app.state.blobs).watch(stopping))
        await begun_to_draw(hq, batch_id)
        stopping.set()
        await worker
        row = await db.fetch_row("SELECT state, attempts, lease_until FROM label_batch WHERE id = $1", batch_id)
        assert row is not None
        assert (row["state"], row["attempts"], row["lease_until"]) == ("making", 0, None)
        await hq.post(f"/label-batches/{batch_id}/cancel")
        drawn = [part for part in await store.parts_drawn(batch_id) if part["digest"] is not None]
        await sweep(app.state.blobs)
        assert drawn
        assert not {part["digest"] for part in drawn} & set(digests_in(app.state.blobs))

    async def test_again_and_again_over_the_same_part_ends_the_batch(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        new = NewLabelBatch(format="png", unit_ids=[uuid.UUID(unit["id"])])
        batch_id = await batches.begin(who(hq), new, "http://testserver.local")
        await db.execute(
            "UPDATE label_batch SET attempts = 4, lease_until = now() - interval '1 second' WHERE id = $1", batch_id
        )
        await store.give_up(4)
        batch = (await hq.get(f"/label-batches/{batch_id}")).json()
        assert (batch["state"], batch["failure"], batch["url"]) == ("failed", "interrupted", None)


def who(person: Person) -> Caller:
    return Caller(uuid.UUID(person.user["id"]), Role(person.user["role"]), None, None, None)


class TestAsking:
    async def test_what_is_wrong_is_refused_and_nothing_half_done(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = (await added(hq, firm))["id"]
        one = {"unit_ids": [unit]}
        wrong: tuple[tuple[dict[str, Any], int, str], ...] = (
            ({"format": "png"}, 400, "invalid"),
            ({"format": "png", "units": {"gtin": GTIN}, **one}, 400, "invalid"),
            ({"format": "bmp", **one}, 400, "invalid"),
            ({"format": "png", "unit_ids": []}, 400, "invalid"),
            ({"format": "png", "unit_ids": [unit, str(uuid.uuid4())]}, 422, "unit_unknown"),
            ({"format": "png", "units": {}}, 400, "invalid"),
            ({"format": "png", "units": {"gtin": "09506000134352"}}, 422, "labels_none"),
            ({"format": "png", "units": {"gtin": "6901234567893"}}, 400, "gtin_invalid"),
            ({"format": "png", "units": {"lot": "'; DROP TABLE label_batch --"}}, 400, "invalid"),
            ({"format": "png", "units": {"lot": "' OR 1=1"}}, 422, "labels_none"),
            ({"format": "png", "sheet": "L7160", **one}, 400, "invalid"),
            ({"format": "pdf", "sheet": "L9999", **one}, 422, "label_sheet"),
            ({"format": "pdf", "sheet": "L7160", "place": 22, **one}, 422, "label_sheet"),
            ({"format": "pdf", "sheet": "L4731", **one}, 422, "label_too_small"),
            ({"format": "pdf", "sheet": "L4731", "form": {"width": 30, "height": 30}, **one}, 422, "label_size"),
            ({"format": "zpl", "form": {"dpi": 100}, **one}, 400, "invalid"),
            ({"format": "zpl", "form": {"width": 30}, **one}, 400, "invalid"),
            ({"format": "zpl", "form": {"width": 10, "height": 10}, **one}, 422, "label_too_small"),
            ({"format": "zpl", "form": {"lines": ["x\n^XZ^XA"]}, **one}, 422, "label_text"),
            ({"format": "svg", "form": {"lines": ["a\u202eb"]}, **one}, 400, "text_forbidden_character"),
            ({"format": "svg", "form": {"lines": ["😀"]}, **one}, 422, "label_text"),
            ({"format": "png", "make": {"gtin": GTIN, "outlet_id": firm.outlet_id, "count": 10_001}}, 400, "invalid"),
            ({"format": "png", "make": {"gtin": GTIN, "outlet_id": unit, "count": 1}}, 422, "outlet_unknown"),
            (
                {"format": "png", "make": {"gtin": "09506000134352", "outlet_id": firm.outlet_id, "count": 1}},
                422,
                "model_unknown",
            ),
        )
        for body, status, code in wrong:
            await refused(await hq.post("/label-batches", body), status, code)
        assert await db.fetch_value("SELECT count(*) FROM label_batch") == 0
        assert await db.fetch_value("SELECT count(*) FROM product_unit") == 1

    async def test_is_the_managers_and_within_their_part_of_the_network(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        for name in ("desk", "tech0", "auditor"):
            person = await firm.login(name)
            await refused(
                await person.post("/label-batches", {"format": "png", "unit_ids": [unit["id"]]}), 403, "forbidden"
            )
        new = NewLabelBatch(format="png", unit_ids=[uuid.UUID(unit["id"])])
        batch_id = await batches.begin(who(hq), new, "http://testserver.local")
        row = await db.fetch_row("SELECT centre_id, outlet_id FROM label_batch WHERE id = $1", batch_id)
        assert row is not None
        here = Caller(uuid.uuid4(), who(hq).role, row["centre_id"], row["outlet_id"], None)
        elsewhere = Caller(uuid.uuid4(), who(hq).role, row["centre_id"], uuid.UUID(firm.other_outlet_id), None)
        assert [b.id for b in await batches.page(here, None, 10)] == [batch_id]
        assert await batches.page(elsewhere, None, 10) == []

    async def test_only_so_many_at_a_time_and_each_may_be_cancelled(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        new = NewLabelBatch(format="png", unit_ids=[uuid.UUID(unit["id"])])
        made = [await batches.begin(who(hq), new, "http://testserver.local") for _ in range(batches.AT_A_TIME)]
        await refused(await hq.post("/label-batches", {"format": "png", "unit_ids": [unit["id"]]}), 409, "labels_busy")
        await refused(await hq.get(f"/label-batches/{made[0]}/file"), 409, "labels_not_ready")
        for batch_id in made:
            cancelled = await hq.post(f"/label-batches/{batch_id}/cancel")
            assert cancelled.json()["state"] == "cancelled"
        await refused(await hq.get(f"/label-batches/{made[0]}/file"), 410, "labels_over")
        listed = (await hq.get("/label-batches", limit=2)).json()
        assert [b["id"] for b in listed["items"]] == [str(made[2]), str(made[1])]
        rest = (await hq.get("/label-batches", limit=2, cursor=listed["next_cursor"])).json()
        assert [b["id"] for b in rest["items"]] == [str(made[0])]


class TestOneUnit:
    async def test_has_its_label_in_every_format(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        for kind, media_type in (
            ("png", "image/png"),
            ("svg", "image/svg+xml"),
            ("pdf", "application/pdf"),
            ("zpl", "application/x-zpl"),
        ):
            path = f"/units/{unit['id']}/label.{kind}"
            answer = await hq.get(path, dpi=203, level="H", width=50, height=30, line="清风")
            assert (answer.status_code, answer.headers["content-type"]) == (200, media_type), answer.text
            assert (await hq.get(path, dpi=203, level="H", width=50, height=30, line="清风")).content == answer.content
            known = hq.headers | {"if-none-match": answer.headers["etag"]}
            again = await firm.client.get(
                path, params={"dpi": 203, "level": "H", "width": 50, "height": 30, "line": "清风"}, headers=known
            )
            assert again.status_code == 304
        sheet = await hq.get(f"/units/{unit['id']}/label.pdf", sheet="L7160", place=21, marks=True)
        assert codes_in(page(sheet.content, 200)) == [PREFIX + unit["serial"]]

    async def test_what_cannot_be_is_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        for query, status, code in (
            ({"width": 50}, 400, "invalid"),
            ({"width": 2, "height": 2}, 400, "invalid"),
            ({"width": "nan", "height": "nan"}, 400, "invalid"),
            ({"width": 10, "height": 10}, 422, "label_too_small"),
            ({"line": "😀"}, 422, "label_text"),
            ({"line": "x" * 81}, 422, "label_text"),
            ({"level": "L"}, 400, "invalid"),
            ({"module": 0}, 400, "invalid"),
            ({"sheet": "L7160", "place": 22}, 422, "label_sheet"),
            ({"sheet": "../etc"}, 422, "label_sheet"),
        ):
            await refused(await hq.get(f"/units/{unit['id']}/label.pdf", **query), status, code)

    async def test_sheets_are_listed(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        found = (await desk.get("/label-sheets")).json()
        assert {sheet["name"]: sheet["places"] for sheet in found}["L7651"] == 65
        assert len(found) == len(SHEETS)


class TestPortions:
    @pytest.mark.parametrize("labels", [1, 249, 250, 251, 10_000])
    @pytest.mark.parametrize("paper", [OnPaper(), OnPaper(SHEETS["L7160"], 21), OnPaper(SHEETS["L4731"], 100)])
    def test_every_part_begins_with_a_sheet(self, labels: int, paper: OnPaper) -> None:
        counts = portions(labels, paper)
        assert sum(counts) == labels
        assert all(0 < count <= PART for count in counts)
        if paper.sheet is not None:
            begun = paper.start - 1
            for count in counts[:-1]:
                begun += count
                assert begun % paper.sheet.places == 0


class TestRanges:
    @pytest.mark.parametrize(
        ("header", "found"),
        [
            (None, range(10)),
            ("bytes=0-3", range(4)),
            ("bytes=4-", range(4, 10)),
            ("bytes=-3", range(7, 10)),
            ("bytes=-30", range(10)),
            ("bytes=5-99", range(5, 10)),
            ("bytes=10-", None),
            ("bytes=-0", None),
            ("bytes=5-2", range(10)),
            ("bytes=0-1,4-5", range(10)),
            ("lines=0-1", range(10)),
            ("bytes=-", range(10)),
            ("bytes=" + "9" * 400, range(10)),
        ],
    )
    def test_as_rfc_9110_has_it(self, header: str | None, found: range | None) -> None:
        assert asked_range(header, 10) == found
