"""Asking for service over HTTP: what is quoted, what becomes of it, and what strangers and hostile forms get.

One firm for all tests here, as each of them has a unit of its own.
"""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from server.platform import db
from server.portal import photos
from tests.evidence.pictures import SECRET, corners, exif, opened, quarters, saved
from tests.journeys.firm import Firm, Person
from tests.portal.asked import (
    WRITTEN,
    Unit,
    a_unit,
    asked,
    code_of,
    desk,
    firm,
    job_of,
    jobs_of,
    png,
    sent,
    token_in,
    unit,
    written,
)

__all__ = ["desk", "firm", "unit"]

pytestmark = pytest.mark.database


class TestAsking:
    async def test_the_promise_and_who_pays_are_read_before_anything_is_sent(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        page = await written(client, code_of(unit))
        assert page.status_code == 200
        assert "Send this now and a technician is with you by" in page.text
        assert "On site within 24 h" in page.text
        assert "From what you describe, this costs you nothing." in page.text
        assert await jobs_of(desk, unit) == []

    async def test_becomes_a_job_whose_clock_opens_when_it_is_sent(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        before = datetime.now(UTC)
        await asked(client, unit)
        job = await job_of(desk, unit)
        opened = datetime.fromisoformat(job["opened_at"])
        assert before <= opened <= datetime.now(UTC)
        assert datetime.fromisoformat(job["respond_by"]) == opened + timedelta(hours=24)
        assert (job["source"], job["state"]) == ("portal", "new")
        assert (job["contact_name"], job["contact_phone"]) == (WRITTEN["name"], "13800000000")
        assert WRITTEN["words"] in job["title"]

    async def test_however_often_it_is_sent_it_is_one_job_with_one_link(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        token = token_in(await written(client, code_of(unit)))
        answers = await asyncio.gather(*(sent(client, token) for _ in range(4)))
        answers.append(await sent(client, token))
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["location"] for answer in answers}) == 1
        assert await job_of(desk, unit)

    async def test_a_second_request_for_the_unit_joins_the_first(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        await asked(client, unit)
        review = await written(client, code_of(unit), words="It is leaking now", phone="13911112222")
        assert "is open already" in review.text
        joined = await sent(client, token_in(review))
        assert joined.status_code == 200
        assert "/j/" not in joined.text
        job = await job_of(desk, unit)
        asks = (await desk.get("/customer-asks")).json()["items"]
        (ask,) = [one for one in asks if one["job_id"] == job["id"]]
        assert ask["kind"] == "again"
        assert "leaking" in ask["words"]
        assert "leaking" in job["notes"][0]["text"]

    async def test_of_two_at_once_one_becomes_the_job(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        tokens = [token_in(await written(client, code_of(unit))) for _ in range(2)]
        answers = await asyncio.gather(*(sent(client, token) for token in tokens))
        assert sorted(answer.status_code for answer in answers) == [200, 303]
        assert await job_of(desk, unit)

    async def test_switching_the_language_or_going_back_sends_nothing(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        token = token_in(await written(client, code_of(unit), (png(),)))
        assert "我们的承诺" in (await sent(client, token, lang="zh-CN")).text
        assert WRITTEN["address"] in (await sent(client, token, back="yes")).text
        assert "1 photo<" in (await written(client, code_of(unit), draft=token)).text
        assert await jobs_of(desk, unit) == []

    async def test_a_draft_that_is_gone_says_so(self, client: httpx.AsyncClient) -> None:
        gone = await sent(client, "no-such-token")
        assert gone.status_code == 410
        assert "no longer valid" in gone.text

    async def test_enough_for_one_unit_in_a_day_is_enough(self, client: httpx.AsyncClient, unit: Unit) -> None:
        tokens = [token_in(await written(client, code_of(unit))) for _ in range(6)]
        answers = [await sent(client, token) for token in tokens]
        assert [answer.status_code for answer in answers] == [303, 200, 200, 200, 200, 429]


class TestWhereItIs:
    async def test_a_place_that_is_not_known_is_said_so(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        await asked(client, unit)
        job = await job_of(desk, unit)
        assert "位置未确认" in job["access_notes"]
        request = (await desk.get(f"/jobs/{job['id']}/request")).json()
        assert request["place_known"] is False
        assert request["preferred_part"] == "morning"
        assert request["coverage"]["covered"] is True
        edit = {"base_version": job["version"], "lat": 31.25, "lon": 121.5}
        assert (await desk.patch(f"/jobs/{job['id']}", {"base_version": 1, "lat": 31.25})).status_code == 400
        placed = (await desk.patch(f"/jobs/{job['id']}", edit)).json()
        assert (placed["lat"], placed["lon"]) == (31.25, 121.5)
        assert (await desk.get(f"/jobs/{job['id']}/request")).json()["place_known"] is True

    async def test_owner_and_place_are_known_by_number_and_address(
        self, firm: Firm, client: httpx.AsyncClient, desk: Person
    ) -> None:
        owner = {"outlet_id": firm.outlet_id, "name": "王晓明", "phone": "+86 137 1111 2222", "address": "愚园路 99 号"}
        customer = (await desk.post("/customers", owner | {"lat": 31.2, "lon": 121.4})).json()
        unit = await a_unit(firm, customer_id=customer["id"])
        stranger = await written(client, code_of(unit))
        for secret in ("王晓明", "2222", "愚园路"):
            assert secret not in stranger.text
        await asked(client, unit, phone="13711112222", address="愚园路99号")
        job = await job_of(desk, unit)
        assert job["customer_id"] == customer["id"]
        assert (job["lat"], job["lon"]) == (31.2, 121.4)
        assert (await desk.get(f"/jobs/{job['id']}/request")).json()["place_known"] is True


class TestPhotos:
    async def test_are_kept_private_and_shown_to_the_desk_with_the_job(
        self, firm: Firm, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        await asked(client, unit, (saved(quarters(640, 480), exif=exif(), comment=SECRET) + SECRET,))
        other, job = await firm.login("otherdesk"), await job_of(desk, unit)
        (shown,) = (await desk.get(f"/jobs/{job['id']}/request")).json()["photos"]
        assert (shown["width"], shown["height"], shown["media_type"]) == (640, 480, "image/jpeg")
        path = f"/jobs/{job['id']}/request/photos/{shown['sha256']}"
        got = await desk.get(path)
        assert corners(opened(got.content)) == ["red", "green", "blue", "white"]
        assert hashlib.sha256(got.content).hexdigest() == shown["sha256"]
        assert SECRET not in got.content
        assert b"Exif" not in got.content
        assert got.headers["content-disposition"] == "attachment"
        assert (await other.get(path)).status_code == 404
        assert (await client.get(path)).status_code == 401
        assert (await other.get(f"/jobs/{job['id']}/request")).status_code == 404

    async def test_of_another_kind_or_size_are_refused_beside_the_field(
        self, client: httpx.AsyncClient, unit: Unit
    ) -> None:
        cases = {
            "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG"),
            "gif": (b"GIF89a" + bytes(20), "not a JPEG"),
            "cut": (saved()[:600], "cannot be read"),
            "bomb": (png(60_000, 60_000), "too large"),
            "heavy": (png(8, 8) + bytes(9 * 1024 * 1024), "too large"),
        }
        for name, (content, said) in cases.items():
            page = await written(client, code_of(unit), (content,))
            assert page.status_code == 422, name
            assert said in page.text, name
            assert WRITTEN["address"] in page.text, name

    async def test_that_take_too_long_are_said_to_and_hold_up_nobody(self, app: Litestar, client: Any) -> None:
        images = app.state.images
        assert await photos.drawn_anew(images, [saved()], patience=0.001) == "fault_photo_busy"
        assert len(await photos.drawn_anew(images, [saved(), saved(kind="HEIF")])) == 2

    async def test_of_an_earlier_release_are_drawn_anew_and_old_ones_forgotten(
        self, client: httpx.AsyncClient, app: Litestar, unit: Unit, desk: Person
    ) -> None:
        await asked(client, unit, (saved(),))
        job = await job_of(desk, unit)
        kept = [await app.state.blobs.keep(content) for content in (saved(exif=exif()), b"no photo", saved(kind="PNG"))]
        await db.execute_many(
            "INSERT INTO request_photo (job_id, digest, size, media_type, sent_at)"
            " VALUES ($1, $2, $3, 'image/jpeg', now() - $4 * interval '1 day')",
            [(UUID(job["id"]), blob.digest, blob.size, days) for blob, days in zip(kept, (1, 1, 181), strict=True)],
        )
        await photos.redraw(app.state.images, app.state.blobs)
        await photos.forget(app.state.blobs)
        left = (await desk.get(f"/jobs/{job['id']}/request")).json()["photos"]
        assert len(left) == 1  # both show the same, so they are one
        assert not {photo["sha256"] for photo in left} & {blob.digest for blob in kept}


class TestHostileForms:
    async def test_every_fault_is_named_and_what_was_written_stays(
        self, client: httpx.AsyncClient, app: Litestar, unit: Unit
    ) -> None:
        cases = [
            ("phone", "call me", "does not look like a telephone number"),
            ("phone", "1' OR 1=1", "does not look like a telephone number"),
            ("name", "   ", "tell us your name"),
            ("address", "", "tell us where to come"),
            ("address", "x" * 301, "too long"),
            ("words", "x" * 2001, "too long"),
            ("day", "2020-01-01", "within the next 14 days"),
            ("day", "tomorrow", "choose one of the options"),
            ("part", "night", "choose one of the options"),
            ("symptom", "E99", "choose one of the options"),
            ("consent", "", "Without your consent"),
        ]
        for field, value, said in cases:
            app.state["rate_limits"] = {}
            wrong: dict[str, Any] = {field: value}
            page = await written(client, code_of(unit), **wrong)
            assert page.status_code == 422, field
            assert said in page.text, field
            assert 'name="token"' not in page.text, field
            assert WRITTEN["name" if field != "name" else "address"] in page.text, field

    async def test_markup_is_shown_as_it_was_written(self, client: httpx.AsyncClient, unit: Unit, desk: Person) -> None:
        evil = "</textarea><script>alert(1)</script>' OR 1=1; --"
        page = await written(client, code_of(unit), words=evil, name=evil, address='" onfocus="x')
        assert page.status_code == 200
        assert "<script" not in page.text
        assert 'onfocus="x"' not in page.text
        assert (await sent(client, token_in(page))).status_code == 303
        assert evil in (await job_of(desk, unit))["title"]

    async def test_characters_no_text_may_hold_are_refused(self, client: httpx.AsyncClient, unit: Unit) -> None:
        for field in ("words", "name", "address"):
            for evil in ("a\0b", "a\u202eb", "a\x1bb"):
                wrong: dict[str, Any] = {field: evil}
                assert (await written(client, code_of(unit), **wrong)).status_code == 400, (field, evil)

    async def test_a_line_break_never_leaves_its_field(
        self, client: httpx.AsyncClient, unit: Unit, desk: Person
    ) -> None:
        await asked(client, unit, name="Li\r\nSet-Cookie: a=b", words="one\r\ntwo")
        job = await job_of(desk, unit)
        assert job["contact_name"] == "Li Set-Cookie: a=b"
        assert "\n" not in job["title"]

    async def test_what_is_too_much_or_no_form_is_refused_as_a_page(
        self, client: httpx.AsyncClient, unit: Unit
    ) -> None:
        multipart = {"content-type": "multipart/form-data; boundary=b"}
        part = b'--b\r\nContent-Disposition: form-data; name="words"\r\n'
        refused = {
            "fields": (await client.post("/service", data={f"f{n}": "x" for n in range(1000)}), 400),
            "huge": (await client.post("/service", files={"photo1": ("p.jpg", bytes(26 * 1024 * 1024))}), 413),
            "token": (await client.post("/service/send", data={"token": "x" * 100_000}), 413),
            "utf-8": (await client.post("/service", content=part + b"\r\n\xff\r\n--b--\r\n", headers=multipart), 400),
            "cut": (await client.post("/service", content=part, headers=multipart), 400),
            "json": (await client.post("/service", json={"code": code_of(unit)}), 415),
            "elsewhere": (
                await client.post("/service", data={"code": "x"}, headers={"sec-fetch-site": "cross-site"}),
                403,
            ),
        }
        for name, (answer, status) in refused.items():
            assert answer.status_code == status, name
            assert answer.headers["content-type"].startswith("text/html"), name

    async def test_a_code_that_is_not_ours_gets_one_page(self, client: httpx.AsyncClient, unit: Unit) -> None:
        unknown = await client.get("/service", params={"code": "/01/06901234567892/21/ZZZZZZZZZZZZZZZZ"})
        for code in ("/01/06909999999996/21/A", "/01/06901234567892", "nonsense", "//evil.example/", ""):
            for page in (await client.get("/service", params={"code": code}), await written(client, code)):
                assert page.status_code == 404, code
                assert page.headers["cache-control"] == "no-store"
            assert len(page.text) == len(unknown.text) or page.headers["content-language"] == "en", code
