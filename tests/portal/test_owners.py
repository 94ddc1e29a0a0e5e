"""What an owner does on the pages of a unit: registers it, proves who they are, sees what is theirs; and the desk."""

import asyncio
import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from server.platform import clock, db
from server.portal.proving import CODE_LIFETIME, LIMITS, MOST_TRIES
from server.portal.registering import KEEP
from server.portal.store import forget
from server.portal.texts import TEXTS
from server.products.texts import LOCALES, pick
from tests.journeys.firm import Firm, Person
from tests.products.shop import GTIN, added, stocked

PHONE = "13812345678"
NAME = "李梅独名"
UNKNOWN = f"/01/{GTIN}/21/0123456789ABCDEF"

Client = httpx.AsyncClient


def path_of(unit: dict[str, Any]) -> str:
    return urlsplit(str(unit["url"])).path


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


async def filled(client: Client, code: str, **said: str) -> dict[str, str]:
    """The registration form as a browser would send it."""
    page = await client.get("/register", params={"code": code})
    assert page.status_code == 200, page.text
    return hidden(page.text) | {"name": NAME, "phone": PHONE, "purchased_on": "2026-05-01", "agreed": "yes"} | said


async def registered(client: Client, code: str, files: Any = None, **said: str) -> httpx.Response:
    answer = await client.post("/register", data=await filled(client, code, **said), files=files)
    await asyncio.sleep(0)
    return answer


async def waiting(person: Person, query: str = "") -> list[dict[str, Any]]:
    answer = await person.get(f"/registrations{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def owned(firm: Firm, **fields: Any) -> tuple[Person, dict[str, Any]]:
    """A unit on the name of a customer with PHONE."""
    hq = await stocked(firm)
    person = {"outlet_id": firm.outlet_id, "name": NAME, "phone": "+86 138-1234-5678"}
    customer = (await hq.post("/customers", person)).json()
    return hq, await added(hq, firm, customer_id=customer["id"], **fields)


async def asked(client: Client, code: str, phone: str = PHONE, **said: str) -> httpx.Response:
    answer = await client.post("/proof", data={"code": code, "phone": phone, **said})
    await asyncio.sleep(0)
    return answer


async def sent_code() -> str | None:
    """What was sent to the phone last."""
    text = await db.fetch_value("SELECT text FROM notification WHERE kind = 'one_time_code' ORDER BY id DESC LIMIT 1")
    found = re.search(r"\d{6}", text or "")
    return found[0] if found else None


async def typed(client: Client, asking: httpx.Response, code: str) -> httpx.Response:
    form = hidden((await client.get(asking.headers["location"])).text)
    return await client.post("/proof/code", data=form | {"typed": code})


async def shown_unit(person: Person, unit: dict[str, Any]) -> dict[str, Any]:
    return dict((await person.get(f"/units/{unit['id']}")).json())


def photo(kind: str = "JPEG", **saved: Any) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(kept, kind, **saved)
    return kept.getvalue()


class TestRegistering:
    async def test_a_unit_nobody_has_becomes_theirs_and_the_desk_checks_it(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        answer = await registered(firm.client, path_of(unit))
        assert answer.status_code == 303
        thanks = await firm.client.get(answer.headers["location"])
        assert pick(TEXTS["registered_title"], "zh-CN") in thanks.text
        known = await shown_unit(hq, unit)
        assert known["registered_on"] is not None
        customer = (await hq.get(f"/customers?q={PHONE}")).json()["items"][0]
        assert (customer["id"], customer["name"]) == (known["customer_id"], NAME)

        desk = await firm.login("desk")
        (found,) = await waiting(desk)
        assert (found["name"], found["phone"], found["contested"]) == (NAME, PHONE, False)
        accepted = await desk.post(f"/registrations/{found['id']}/accept", {"sold_on": "2026-05-01", "proof": "valid"})
        assert accepted.json()["state"] == "accepted"
        assert (await shown_unit(hq, unit))["sold_on"] == "2026-05-01"
        again = await desk.post(f"/registrations/{found['id']}/refuse", {"note": ""})
        assert again.json()["code"] == "registration_settled"
        assert await waiting(desk) == []

    async def test_a_known_phone_gets_no_second_file(self, firm: Firm) -> None:
        hq, _ = await owned(firm)
        other = await added(hq, firm)
        await registered(firm.client, path_of(other), phone="138 1234 5678", name="别名")
        assert await db.fetch_value("SELECT count(*) FROM customer") == 1
        assert (await shown_unit(hq, other))["customer_id"] is not None

    async def test_somebody_elses_stays_theirs_until_the_desk_decides(self, firm: Firm) -> None:
        hq, unit = await owned(firm)
        first = await shown_unit(hq, unit)
        mine = await registered(firm.client, path_of(await added(hq, firm)), phone="13900001111")
        theirs = await registered(firm.client, path_of(unit), phone="13900001111")
        assert mine.status_code == theirs.status_code == 303
        assert (await shown_unit(hq, unit))["customer_id"] == first["customer_id"]
        desk = await firm.login("desk")
        (found,) = [row for row in await waiting(desk) if row["contested"]]
        await desk.post(f"/registrations/{found['id']}/accept", {})
        assert (await shown_unit(hq, unit))["customer_id"] == found["customer_id"] != first["customer_id"]
        assert await db.fetch_value("SELECT count(*) FROM unit_owner") == 1

    async def test_refused_it_is_nobodys_again(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        await registered(firm.client, path_of(unit))
        desk = await firm.login("desk")
        (found,) = await waiting(desk)
        refused = await desk.post(f"/registrations/{found['id']}/refuse", {"note": "发票是另一台"})
        assert (refused.json()["state"], refused.json()["note"]) == ("refused", "发票是另一台")
        known = await shown_unit(hq, unit)
        assert (known["customer_id"], known["registered_on"]) == (None, None)

    async def test_sent_twice_is_once(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        form = await filled(firm.client, path_of(unit))
        answers = [await firm.client.post("/register", data=form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert await db.fetch_value("SELECT count(*) FROM registration") == 1

    async def test_what_a_worker_left_undone_the_desk_does(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        await registered(firm.client, path_of(unit))
        await db.execute("UPDATE registration SET customer_id = NULL")
        desk = await firm.login("desk")
        (found,) = await waiting(desk)
        assert (await desk.post(f"/registrations/{found['id']}/accept", {})).json()["customer_id"] is not None

    async def test_nobody_checks_another_outlets_and_an_auditor_sees_no_number(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        await registered(firm.client, path_of(unit), files={"proof": ("a.jpg", photo(), "image/jpeg")})
        desk = await firm.login("desk")
        (found,) = await waiting(desk)
        (masked,) = await waiting(await firm.login("auditor"))
        assert (masked["name"], masked["phone"]) == ("李••", "138••••5678")
        await db.execute("UPDATE registration SET outlet_id = gen_random_uuid()")
        assert await waiting(desk) == []
        assert (await desk.get(f"/registrations/{found['id']}/proof")).status_code == 404
        assert (await desk.post(f"/registrations/{found['id']}/accept", {})).status_code == 404

    async def test_three_months_later_nobody_can_tell_who_it_was(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        await registered(firm.client, path_of(unit), files={"proof": ("a.jpg", photo(), "image/jpeg")})
        desk = await firm.login("desk")
        (found,) = await waiting(desk)
        await desk.post(f"/registrations/{found['id']}/refuse", {})
        await forget(clock.now() + KEEP / 2, KEEP)
        assert await db.fetch_value("SELECT phone FROM registration") == PHONE
        await forget(clock.now() + KEEP * 2, KEEP)
        assert await db.fetch_value("SELECT name || phone FROM registration") == ""
        assert await db.fetch_value("SELECT count(*) FROM registration_proof") == 0


class TestTheProofOfPurchase:
    async def kept(self, firm: Firm, content: bytes) -> httpx.Response:
        unit = await added(await stocked(firm), firm)
        return await registered(firm.client, path_of(unit), files={"proof": ("proof", content, "image/jpeg")})

    async def test_a_photo_is_drawn_anew_without_what_hid_in_it(self, firm: Firm) -> None:
        exif = Image.Exif()
        exif[0x010E] = "secret place 31.2304"
        assert (await self.kept(firm, photo(exif=exif) + b"<script>alert(1)</script>")).status_code == 303
        desk = await firm.login("desk")
        (found,) = await waiting(desk)
        proof = await desk.get(f"/registrations/{found['id']}/proof")
        assert (proof.status_code, proof.headers["content-type"]) == (200, "image/jpeg")
        assert proof.headers["content-disposition"] == "attachment"
        assert b"secret" not in proof.content
        assert b"script" not in proof.content
        assert Image.open(io.BytesIO(proof.content)).size == (60, 40)

    async def test_a_pdf_is_a_download(self, firm: Firm) -> None:
        assert (await self.kept(firm, b"%PDF-1.7\n%%EOF")).status_code == 303
        desk = await firm.login("desk")
        (found,) = await waiting(desk)
        proof = await desk.get(f"/registrations/{found['id']}/proof")
        assert (proof.headers["content-type"], proof.headers["content-disposition"]) == (
            "application/pdf",
            "attachment",
        )

    async def test_anything_else_is_said_to_be_wrong(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        for content in (b"<html>", b"GIF89a" + b"\0" * 40, photo()[:40], photo("PNG")[:60]):
            answer = await registered(firm.client, path_of(unit), files={"proof": ("p", content, "image/jpeg")})
            assert answer.status_code == 400
            assert pick(TEXTS["fault_proof_kind"], "zh-CN") in answer.text
        assert await db.fetch_value("SELECT count(*) FROM registration") == 0

    async def test_a_huge_one_stops_at_the_door(self, firm: Firm) -> None:
        answer = await self.kept(firm, b"%PDF-" + b"0" * 9 * 1024 * 1024)
        assert answer.status_code == 413
        assert answer.headers["content-type"].startswith("text/html")


class TestTheForm:
    async def test_says_what_is_wrong_and_keeps_the_rest(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        bad = {"name": " ", "phone": "123", "purchased_on": "2099-01-01", "agreed": "no"}
        for locale in LOCALES:
            answer = await registered(firm.client, path_of(unit), **{**bad, "locale": locale})
            assert answer.status_code == 400
            for key in ("fault_name", "fault_your_phone", "fault_day_future", "fault_agreed"):
                assert pick(TEXTS[key], locale) in unescape(answer.text)
            assert 'value="2099-01-01"' in answer.text
        assert await db.fetch_value("SELECT count(*) FROM registration") == 0

    async def test_switching_the_language_keeps_what_was_typed_and_sends_nothing(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        answer = await registered(firm.client, path_of(unit), lang="en")
        assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
        assert f'value="{NAME}"' in answer.text
        assert 'name="lang" value="zh-CN"' in answer.text
        assert await db.fetch_value("SELECT count(*) FROM registration") == 0

    async def test_a_code_that_is_not_ours_gets_the_page_the_code_gets(self, firm: Firm) -> None:
        await stocked(firm)
        for address in ("/register", "/registered", "/mine"):
            page = await firm.client.get(address, params={"code": UNKNOWN})
            assert (page.status_code, page.text) == (404, (await firm.client.get(UNKNOWN)).text)
        for code in ("", "/01/abc", "//evil.example/01/x", f"/01/{GTIN}"):
            assert (await firm.client.get("/register", params={"code": code})).status_code == 400

    async def test_of_another_site_is_not_taken(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        form = await filled(firm.client, path_of(unit))
        for site in ("cross-site", "same-site"):
            answer = await firm.client.post("/register", data=form, headers={"sec-fetch-site": site})
            assert answer.status_code == 403
        assert await db.fetch_value("SELECT count(*) FROM registration") == 0

    async def test_hostile_text_is_refused_or_shown_as_text(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        for name in ("a\u202eb", "a\x00b"):
            answer = await registered(firm.client, path_of(unit), name=name)
            assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
        answer = await registered(firm.client, path_of(unit), name='"><script>x</script>', phone="x")
        assert "<script" not in answer.text
        answer = await registered(firm.client, path_of(unit), name="'; DROP TABLE customer; --\r\nX: y")
        assert answer.status_code == 303
        assert await db.fetch_value("SELECT name FROM registration") == "'; DROP TABLE customer; -- X: y"
        plain = await firm.client.post("/register", content=b"{}", headers={"content-type": "application/json"})
        assert plain.status_code == 415


class TestAOneTimeCode:
    async def test_opens_what_is_theirs(self, firm: Firm) -> None:
        _, unit = await owned(firm)
        sent_to_proof = await firm.client.get("/mine", params={"code": path_of(unit)})
        assert sent_to_proof.status_code == 303
        assert (await firm.client.get(sent_to_proof.headers["location"])).status_code == 200

        asking = await asked(firm.client, path_of(unit))
        page = await firm.client.get(asking.headers["location"])
        assert "138••••5678" in page.text
        opened = await typed(firm.client, asking, str(await sent_code()))
        assert opened.status_code == 303
        cookie = opened.headers["set-cookie"]
        for flag in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=1800"):
            assert flag in cookie
        mine = await firm.client.get(opened.headers["location"])
        assert mine.status_code == 200
        for shown in (unit["serial"], "李••", "138••••5678"):
            assert shown in mine.text
        for secret in (NAME, PHONE, unit["customer_id"], unit["id"]):
            assert secret not in mine.text

        await firm.client.post("/mine/leave", data={"code": path_of(unit)})
        assert (await firm.client.get("/mine", params={"code": path_of(unit)})).status_code == 303
        assert await db.fetch_value("SELECT count(*) FROM visitor_session") == 0

    async def test_is_sent_to_the_registered_phone_alone(self, firm: Firm) -> None:
        hq, unit = await owned(firm)
        free = await added(hq, firm)
        for code, phone in ((path_of(unit), "13900000000"), (path_of(free), PHONE), (UNKNOWN, PHONE)):
            await asked(firm.client, code, phone)
        assert await sent_code() is None
        rows = await db.fetch("SELECT code_hash, unit_id, customer_id FROM one_time_code")
        assert [tuple(row) for row in rows] == [(None, None, None)] * 3  # one row each, which says nothing
        await asked(firm.client, path_of(unit), "+86 138 1234 5678")
        assert await sent_code() is not None

    async def test_asking_answers_the_same_whoever_is_asked_about(self, firm: Firm) -> None:
        _, unit = await owned(firm)
        answers = [
            await asked(firm.client, path_of(unit), PHONE),
            await asked(firm.client, path_of(unit), "13812305678"),
            await asked(firm.client, UNKNOWN[:-1] + "X", PHONE),
        ]
        shapes = set()
        for answer in answers:
            there = await firm.client.get(answer.headers["location"])
            text = re.sub(r'name="(ask|code|next)" value="[^"]*"|href="[^"]*"', "", there.text)
            names = tuple(name for name in answer.headers if name != "x-request-id")
            shapes.add((answer.status_code, answer.content, names, there.status_code, text))
        assert len(shapes) == 1

    async def test_wrong_ones_fail_alike_and_five_end_it(self, firm: Firm) -> None:
        _, unit = await owned(firm)
        right = await asked(firm.client, path_of(unit))
        code = str(await sent_code())
        wrong = f"{(int(code) + 1) % 10**6:06}"
        nobody = await asked(firm.client, path_of(unit), "13812305678")
        answers = [await typed(firm.client, asking, wrong) for asking in (right, nobody)]
        assert [answer.status_code for answer in answers] == [400, 400]
        assert len({re.sub(r'value="[^"]*"|href="[^"]*"', "", answer.text) for answer in answers}) == 1
        for _ in range(MOST_TRIES - 1):
            assert (await typed(firm.client, right, wrong)).status_code == 400
        assert (await typed(firm.client, right, code)).status_code == 400

    async def test_is_good_once_and_for_ten_minutes(self, firm: Firm) -> None:
        _, unit = await owned(firm)
        asking = await asked(firm.client, path_of(unit))
        code = str(await sent_code())
        assert (await typed(firm.client, asking, code)).status_code == 303
        assert (await typed(firm.client, asking, code)).status_code == 400
        late = await asked(firm.client, path_of(unit))
        await db.execute("UPDATE one_time_code SET expires_at = expires_at - $1::interval", CODE_LIFETIME)
        assert (await typed(firm.client, late, str(await sent_code()))).status_code == 400

    async def test_opens_one_unit_while_it_is_theirs(self, firm: Firm) -> None:
        hq, unit = await owned(firm)
        other = await added(hq, firm, customer_id=unit["customer_id"])
        asking = await asked(firm.client, path_of(unit))
        code = str(await sent_code())
        form = hidden((await firm.client.get(asking.headers["location"])).text) | {"code": path_of(other)}
        assert (await firm.client.post("/proof/code", data=form | {"typed": code})).status_code == 400
        assert (await typed(firm.client, asking, code)).status_code == 303
        assert (await firm.client.get("/mine", params={"code": path_of(other)})).status_code == 303
        assert (await firm.client.get("/mine", params={"code": path_of(unit)})).status_code == 200
        await db.execute("UPDATE product_unit SET customer_id = NULL")
        assert (await firm.client.get("/mine", params={"code": path_of(unit)})).status_code == 303

    async def test_asking_too_often_is_told_alike(self, firm: Firm) -> None:
        _, unit = await owned(firm)
        for phone in (PHONE, "13900000000"):
            statuses = [(await asked(firm.client, path_of(unit), phone)).status_code for _ in range(LIMITS.in_span + 1)]
            assert statuses == [303] * LIMITS.in_span + [429]

    async def test_leads_nowhere_but_to_our_own_pages(self, firm: Firm) -> None:
        _, unit = await owned(firm)
        for goes_on in (
            "https://evil.example/",
            "//evil.example/mine?",
            "/\\evil",
            "/mine?a\r\nSet-Cookie: x=1",
            "/desk",
        ):
            page = await firm.client.get("/proof", params={"code": path_of(unit), "next": goes_on})
            assert hidden(page.text)["next"].startswith("/mine?code=/01/"), goes_on

    async def test_without_a_channel_the_desk_can_tell_it(self, firm: Firm) -> None:
        _, unit = await owned(firm)
        await asked(firm.client, path_of(unit))
        code = str(await sent_code())
        desk = await firm.login("desk")
        answer = await desk.get("/outbox", state="desk")
        for _ in range(200):
            if answer.json()["items"]:
                break
            await asyncio.sleep(0.05)
            answer = await desk.get("/outbox", state="desk")
        assert code not in answer.text
        (message,) = answer.json()["items"]
        assert code in (await desk.post(f"/outbox/{message['id']}/open")).json()["text"]


class TestLogs:
    async def test_hold_no_name_no_number_no_code_no_token(
        self, firm: Firm, capfdbinary: pytest.CaptureFixture[bytes], caplog: pytest.LogCaptureFixture
    ) -> None:
        """The whole flow, with everything logged that can be."""
        _, unit = await owned(firm)
        form = await filled(firm.client, path_of(unit), phone="13900001111")
        await firm.client.post("/register", data=form)
        asking = await asked(firm.client, path_of(unit))
        code = str(await sent_code())
        opened = await typed(firm.client, asking, code)
        token = opened.headers["set-cookie"].partition("=")[2].partition(";")[0]
        await firm.client.get(opened.headers["location"])
        await asyncio.sleep(0.05)
        out, err = capfdbinary.readouterr()
        logged = (out + err).decode() + caplog.text
        assert "request" in logged
        for secret in (NAME, PHONE, "13900001111", "138-1234-5678", code, token, json.dumps(NAME)):
            assert secret not in logged, secret
        assert not re.search(rf"(?<!\d){code}(?!\d)", logged)
