"""Photos of a completion on their way to those who look at them, through the whole application."""

import asyncio
import hashlib
from typing import Any

from litestar import Litestar

from tests.evidence.pictures import SECRET, bomb, corners, exif, opened, quarters, saved
from tests.journeys.firm import Firm, Person, Phone
from tests.journeys.standing import firm, standing

__all__ = ["firm", "standing"]


async def signed(firm: Firm, *photos: bytes, **fields: Any) -> tuple[Phone, Any]:
    """A job of the first technician, completed with these photos, all of them called JPEG; none has come."""
    phone = await firm.phone(0)
    job = await firm.assigned(await firm.login("desk"), 0, **fields)
    (outcome,) = await phone.outcomes(phone.complete(job, photos))
    assert outcome["status"] == "applied", outcome
    return phone, job


async def sent(phone: Phone, *photos: bytes) -> None:
    for photo in photos:
        path = f"/evidence/photos/{digest(photo)}"
        answer = await phone.person.client.put(path, content=photo, headers=phone.person.headers)
        assert answer.status_code in (200, 201), answer.text


def digest(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()


async def told(desk: Person, job: Any) -> dict[str, Any]:
    """What the office is told of each photo, by its digest."""
    (completion,) = (await desk.get(f"/evidence/jobs/{job['id']}/completions")).json()
    return {photo["sha256"]: photo for photo in completion["photos"]}


async def judged(app: Litestar, desk: Person, job: Any) -> dict[str, Any]:
    app.state.images.wake()
    async with asyncio.timeout(30):
        while True:
            found = await told(desk, job)
            if not {photo["state"] for photo in found.values()} & {"awaited", "received"}:
                return found
            await asyncio.sleep(0.05)


class TestAPhoto:
    async def test_is_shown_as_a_copy_and_kept_as_it_was_signed(self, firm: Firm, app: Litestar) -> None:
        photo = saved(quarters(3000, 2000), exif=exif(), quality=60) + SECRET
        name = f"/evidence/photos/{digest(photo)}"
        phone, job = await signed(firm, photo)
        desk = await firm.login("desk")

        (before,) = (await told(desk, job)).values()
        assert (before["state"], before["awaited_since"] is None) == ("awaited", False)
        early = await desk.get(f"{name}/shown")
        assert (early.status_code, early.json()["code"]) == (409, "image_not_ready")

        await sent(phone, photo)
        (after,) = (await judged(app, desk, job)).values()
        assert (after["state"], after["code"], after["awaited_since"]) == ("ready", None, None)
        assert (after["width"], after["height"]) == (3000, 2000)
        for path, longest in ((f"{name}/shown", 2048), (f"{name}/thumbnail", 320)):
            got = await desk.get(path)
            assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
            assert got.headers["x-content-type-options"] == "nosniff"
            assert got.headers["cache-control"].startswith("private, max-age=")
            assert "authorization" in got.headers["vary"].lower()
            assert max(opened(got.content).size) == longest
            assert corners(opened(got.content)) == ["red", "green", "blue", "white"]
            assert SECRET not in got.content
            known = await desk.client.get(path, headers=desk.headers | {"if-none-match": got.headers["etag"]})
            assert (known.status_code, known.content) == (304, b"")

        original = await desk.get(name)
        assert original.content == photo
        assert original.headers["content-type"] == "image/jpeg"
        assert original.headers["content-disposition"].startswith("attachment;")
        assert (original.headers["x-content-type-options"], original.headers["cache-control"]) == (
            "nosniff",
            "private, no-store",
        )
        await self.only_by_those_concerned(firm, phone, name)

    async def only_by_those_concerned(self, firm: Firm, phone: Phone, name: str) -> None:
        other_desk, other = await firm.login("otherdesk"), await firm.login("tech1")
        for path in (f"{name}/shown", f"{name}/thumbnail"):
            assert (await phone.person.get(path)).status_code == 200
            assert (await other.get(path)).status_code == 404
            assert (await other_desk.get(path)).status_code == 404
        assert (await phone.person.get(name)).status_code == 403
        assert (await other_desk.get(name)).status_code == 404

    async def test_that_is_fetched_as_it_was_signed_is_on_record(self, firm: Firm) -> None:
        desk, hq, photo = await firm.login("desk"), await firm.login("hq"), saved(quarters(30, 20))
        customer = (await desk.post("/customers", {"outlet_id": firm.outlet_id, "name": "李梅"})).json()
        phone, job = await signed(firm, photo, customer_id=customer["id"])
        await sent(phone, photo)
        name = f"/evidence/photos/{digest(photo)}"
        assert (await desk.get(name, reason="claim")).content == photo
        (row,) = (await hq.get(f"/customers/{customer['id']}/accesses")).json()["items"]
        told = [row[field] for field in ("what", "record_id", "job_id", "why", "reason")]
        assert told == ["original", job["id"], job["id"], "stated", "claim"]

    async def test_whose_copy_is_gone_or_damaged_is_drawn_once_more(self, firm: Firm, app: Litestar) -> None:
        photo = saved(quarters(90, 60))
        phone, job = await signed(firm, photo)
        await sent(phone, photo)
        desk = await firm.login("desk")
        await judged(app, desk, job)
        path = f"/evidence/photos/{digest(photo)}/thumbnail"
        copy = (await desk.get(path)).content
        (kept,) = app.state.blobs.incoming.parent.glob(f"kept/**/{digest(copy)}")
        for loss in (kept.unlink, lambda: kept.write_bytes(b"damaged")):
            loss()
            gone = await desk.get(path)
            assert (gone.status_code, gone.json()["code"]) == (409, "image_not_ready")
            await judged(app, desk, job)
            assert (await desk.get(path)).content == copy


class TestWhatIsNoPhotoToShow:
    async def test_is_refused_by_code_and_kept_as_it_was_signed(self, firm: Firm, app: Litestar) -> None:
        svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
        html = b"<!doctype html><script>alert(1)</script>"
        whole = saved(quarters(400, 300))
        expected = {
            svg: "image_type_refused",
            html: "image_type_refused",
            saved(kind="GIF"): "image_type_refused",
            whole[: len(whole) // 2]: "image_unreadable",
            bomb(50_000, 50_000): "image_too_large",
        }
        phone, job = await signed(firm, *expected)
        await sent(phone, *expected)
        desk = await firm.login("desk")
        found = await judged(app, desk, job)
        for photo, code in expected.items():
            name = f"/evidence/photos/{digest(photo)}"
            assert (found[digest(photo)]["state"], found[digest(photo)]["code"]) == ("refused", code)
            refused = await desk.get(f"{name}/shown")
            assert (refused.status_code, refused.json()["code"]) == (404, code)
            original = await desk.get(name)
            assert original.content == photo
            assert original.headers["content-type"] == "application/octet-stream"
            assert original.headers["content-disposition"].startswith("attachment;")

    async def test_but_of_another_kind_than_signed_is_shown_and_said(self, firm: Firm, app: Litestar) -> None:
        photo = saved(kind="PNG")
        phone, job = await signed(firm, photo)
        await sent(phone, photo)
        desk = await firm.login("desk")
        (found,) = (await judged(app, desk, job)).values()
        assert (found["state"], found["code"], found["media_type"]) == ("ready", "image_type_differs", "image/jpeg")
        original = await desk.get(f"/evidence/photos/{digest(photo)}")
        assert original.headers["content-type"] == "application/octet-stream"
