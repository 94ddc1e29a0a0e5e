"""The whole application with its blobs in a bucket: photos in and out, labels, and what is said when that fails."""

import hashlib
from typing import Any

import pytest
from litestar import Litestar

from server.evidence.found import Looking
from server.platform import db
from server.platform.storage import Blobs, Place
from server.platform.storage.shelves import where
from server.settings import Secret, Settings
from tests.blobs import Server
from tests.journeys.firm import Firm, Phone
from tests.journeys.standing import firm, standing

__all__ = ["firm", "standing"]


@pytest.fixture(scope="module")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory, s3: Server) -> Settings:
    bucket = s3.bucket()
    return Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        database_url=database,
        base_url="http://testserver.local",
        storage_url=bucket.url,
        storage_endpoint=bucket.endpoint,
        storage_region=bucket.region,
        storage_key_id=bucket.key_id,
        storage_secret=Secret(bucket.secret),
    )


@pytest.fixture
def blobs(app: Litestar) -> Blobs:
    found: Blobs = app.state.blobs
    assert found.place.bucket is not None
    return found


def path_of(photo: bytes) -> str:
    return f"/evidence/photos/{hashlib.sha256(photo).hexdigest()}"


async def hand_in(phone: Phone, photo: bytes) -> Any:
    return await phone.person.client.put(path_of(photo), content=photo, headers=phone.person.headers)


async def signed(firm: Firm, *photos: bytes) -> Phone:
    """Whoever did the job and named so many photos; none has come."""
    phone = await firm.phone(0)
    job = await firm.assigned(await firm.login("desk"), 0)
    (outcome,) = await phone.outcomes(phone.complete(job, photos))
    assert outcome["status"] == "applied", outcome
    return phone


class TestAPhoto:
    async def test_goes_in_and_comes_out_byte_for_byte(self, firm: Firm, blobs: Blobs) -> None:
        phone = await signed(firm, b"one photo")
        assert (await hand_in(phone, b"one photo")).status_code == 201
        assert (await hand_in(phone, b"one photo")).status_code == 200
        answer = await (await firm.login("desk")).get(path_of(b"one photo"))
        assert (answer.status_code, answer.content) == (200, b"one photo")
        assert await blobs.get(hashlib.sha256(b"one photo").hexdigest()) == b"one photo"

    async def test_that_was_damaged_is_never_shown_and_is_taken_again(
        self, firm: Firm, blobs: Blobs, s3: Server
    ) -> None:
        phone, desk = await signed(firm, b"will be damaged"), await firm.login("desk")
        await hand_in(phone, b"will be damaged")
        assert blobs.place.bucket is not None
        place = where("kept", hashlib.sha256(b"will be damaged").hexdigest())
        s3.write(blobs.place.bucket, place, b"WILL be damaged")
        answer = await desk.get(path_of(b"will be damaged"))
        assert (answer.status_code, answer.json()["code"]) == (500, "stored_damaged")
        assert (await hand_in(phone, b"will be damaged")).status_code == 201
        assert (await desk.get(path_of(b"will be damaged"))).content == b"will be damaged"

    async def test_that_is_here_although_nobody_remembers_is_found(self, firm: Firm, blobs: Blobs) -> None:
        await blobs.keep(b"came before the restore")
        await signed(firm, b"came before the restore", b"still on the phone")
        looking = Looking(blobs)
        await looking.look()
        assert await looking.look() == 0
        rows = await db.fetch(
            "SELECT digest, received_at IS NOT NULL AS received FROM completion_photo WHERE digest = ANY($1::text[])",
            [hashlib.sha256(photo).hexdigest() for photo in (b"came before the restore", b"still on the phone")],
        )
        assert {row["digest"]: row["received"] for row in rows} == {
            hashlib.sha256(b"came before the restore").hexdigest(): True,
            hashlib.sha256(b"still on the phone").hexdigest(): False,
        }


class TestAStoreThatTakesNothing:
    """The store of the running application is exchanged for such a one."""

    async def test_says_so_keeps_the_server_ready_and_takes_the_photo_later(
        self, firm: Firm, app: Litestar, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        phone = await signed(firm, b"when it was full")
        with monkeypatch.context() as patch:
            patch.setitem(app.state, "blobs", Blobs(Place(folder=blobs.place.folder, floor=2**60)))
            answer = await hand_in(phone, b"when it was full")
            assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
            ready = await firm.client.get("/health/ready")
            assert (ready.status_code, ready.json()) == (200, {"status": "ready", "storage": "full"})
        assert (await hand_in(phone, b"when it was full")).status_code == 201
        assert (await firm.client.get("/health/ready")).json()["storage"] == "ok"

    async def test_because_it_is_away_says_so(
        self, firm: Firm, app: Litestar, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        phone = await signed(firm, b"when it was away")
        bucket = blobs.place.bucket
        assert bucket is not None
        away = Place(folder=blobs.place.folder, bucket=type(bucket)(name="photos", endpoint="http://127.0.0.1:9"))
        monkeypatch.setitem(app.state, "blobs", Blobs(away))
        answer = await hand_in(phone, b"when it was away")
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
        assert "retry-after" in answer.headers
        assert (await firm.client.get("/health/ready")).json()["storage"] == "unreachable"
