"""`/verify`, the bundle, the head and the keys, as strangers and the office get them."""

import hashlib
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from litestar import Litestar

from schemas.sealing import BUNDLE_FORMAT, Verified
from server.evidence.sealing.actions import Photos, append_report, sealed
from server.evidence.sealing.checking import Check
from server.evidence.sealing.codes import ALPHABET, read_code
from server.evidence.sealing.sealed import Sealed
from server.evidence.sealing.sealing import seal_ready
from server.evidence.sealing.signing import read_compact, read_published
from server.evidence.sealing.trailer import sealed_pdf
from server.platform import db
from tests.evidence.held import Held
from tests.journeys.firm import Firm, Person

URL = "http://testserver.local"
PHOTO = bytes(100)  # the one of `some_manifest(photos=1)`
JSON = {"accept": "application/json"}
ENGLISH = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture
async def desk(firm: Firm) -> Person:
    return await firm.login("desk")


@pytest.fixture
async def done(firm: Firm, desk: Person, app: Litestar) -> Sealed:
    """A job that was done, signed, and sealed once its photo was here."""
    app.state.photos = Photos(app.state.blobs)
    phone, job = await firm.phone(0), await firm.assigned(desk, 0)
    visit = [phone.operation(f"job.{kind}", job) for kind in ("accept", "arrive", "start")]
    done = phone.complete(job, photos=(PHOTO,))
    outcomes = await phone.outcomes(*visit, done)
    assert [outcome["status"] for outcome in outcomes] == ["applied"] * 4, outcomes
    (photo,) = done["args"]["manifest"]["photos"]
    answer = await firm.client.put(f"/evidence/photos/{photo['sha256']}", content=PHOTO, headers=phone.person.headers)
    assert answer.status_code == 201, answer.text
    await seal_ready(app.state.signing_keys)
    found = await sealed(done["op_id"], URL)
    assert found is not None
    return found


@pytest.fixture
async def kept(emptied: None, client: httpx.AsyncClient, app: Litestar, database: str) -> AsyncIterator[Sealed]:
    """As much of it as strangers need, without a firm."""
    app.state.photos = Photos(app.state.blobs)
    await app.state.blobs.keep(PHOTO)
    held = await Held.opened(database)
    completion_id = await held.completion(photos=1)
    await seal_ready(app.state.signing_keys)
    found = await sealed(completion_id, URL)
    assert found is not None
    yield found
    await held.close()


async def told(client: httpx.AsyncClient, code: str) -> Verified:
    answer = await client.get(f"/verify/{code}", headers=JSON)
    return msgspec.json.decode(answer.content, type=Verified)


async def checked(app: Litestar, *, photos: bool) -> list[str]:
    """What `ledger check` finds."""
    check = Check(app.state.signing_keys.known, blobs=app.state.blobs if photos else None)
    return [found.code async for _, found in check.findings()]


class TestAStranger:
    async def test_is_told_what_stands_and_nothing_personal(self, done: Sealed, client: httpx.AsyncClient) -> None:
        said = await told(client, done.code)
        assert said.status == "intact"
        assert said.standing is not None
        assert said.standing.work is not None
        assert (said.standing.work.en, said.standing.photos_here) == ("Repair", 1)
        assert said.standing.seq == done.seq
        page = await client.get(f"/verify/{done.code}", headers=ENGLISH)
        assert page.status_code == 200
        assert "Unchanged since it was signed" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        for personal in ("李梅", "技师", "13800000000", "31.2", str(done.job_id), str(done.completion_id)):
            assert personal not in page.text
            assert personal not in msgspec.json.encode(said).decode()

    async def test_may_type_the_code_as_they_like(self, kept: Sealed, client: httpx.AsyncClient) -> None:
        for typed in (kept.code.lower(), kept.code.replace("-", " "), kept.code.replace("-", "")):
            assert (await told(client, typed)).status == "intact"

    async def test_gets_one_answer_for_all_that_is_no_code(self, emptied: None, client: httpx.AsyncClient) -> None:
        unknown = "ABCDE-FGHJK-MNPQR-STVW"
        unknown += next(c for c in ALPHABET if read_code(unknown + c))
        answers = [
            await client.get(f"/verify/{code}", headers=headers)
            for headers in (JSON, ENGLISH)
            for code in (unknown, "x", "%27%20OR%201=1", "A" * 300, "%E2%80%AEabc", "<b>")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers[:6]}) == len({answer.text for answer in answers[6:]}) == 1

    async def test_types_it_into_a_form(self, kept: Sealed, client: httpx.AsyncClient) -> None:
        assert (await client.get("/verify", headers=ENGLISH)).status_code == 200
        sent = await client.post("/verify", data={"code": kept.code.lower(), "locale": "en"})
        assert (sent.status_code, sent.headers["location"]) == (303, f"/verify/{kept.code}?lang=en")
        wrong = await client.post("/verify", data={"code": "\r\nset-cookie: x"})
        assert wrong.headers["location"].startswith("/verify/unknown?")

    async def test_gets_the_public_keys(self, kept: Sealed, client: httpx.AsyncClient) -> None:
        answer = await client.get("/.well-known/onsite-keys.json")
        known = read_published(answer.content)
        assert known is not None
        assert kept.kid in known
        assert '"d"' not in answer.text


class TestAFile:
    async def test_that_we_sealed_is_told_from_one_that_was_altered(
        self, kept: Sealed, client: httpx.AsyncClient, app: Litestar
    ) -> None:
        keys = app.state.signing_keys
        pdf = sealed_pdf(b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF", kept, keys)
        other = sealed_pdf(b"%PDF-1.7\nby whoever has our key\n%%EOF", kept, keys)
        async with db.transaction():
            await append_report(keys, kept, hashlib.sha256(pdf).hexdigest(), len(pdf))
        for content, says in (
            (pdf, "This file is unchanged"),
            (other, "our ledger does not know this file"),
            (pdf.replace(b"xxx", b"xyx", 1), "It was altered"),
            (pdf[: pdf.rindex(b"%onsite")], "We cannot tell about this file"),
            (b"MZ\x00", "We cannot tell about this file"),
        ):
            files = {"file": ("report.pdf", content, "application/pdf")}
            page = await client.post("/verify", data={"locale": "en"}, files=files)
            assert page.status_code == 200
            assert says in page.text

    async def test_must_be_chosen(self, emptied: None, client: httpx.AsyncClient) -> None:
        page = await client.post("/verify", data={"locale": "en"}, files={"file": ("", b"", "application/pdf")})
        assert page.status_code == 422
        assert "Please choose a file" in page.text


class TestWhatWasTamperedWith:
    @pytest.mark.parametrize(
        ("change", "finding"),
        [
            ("UPDATE completion SET manifest = replace(manifest, '更换', '检查')", "the text shown to the customer"),
            ("UPDATE completion SET received_at = received_at + interval '1 hour'", "time of receipt"),
            ("DELETE FROM ledger WHERE kind = 'completion'", "is missing"),
        ],
    )
    async def test_is_said_in_words(self, kept: Sealed, client: httpx.AsyncClient, change: str, finding: str) -> None:
        async with db.transaction():
            await db.execute("SET LOCAL session_replication_role = replica")
            await db.execute(change)
        assert (await told(client, kept.code)).status == "altered"
        page = await client.get(f"/verify/{kept.code}", headers=ENGLISH)
        assert "It was altered" in page.text
        assert finding in page.text

    async def test_a_photo_too(self, kept: Sealed, client: httpx.AsyncClient, app: Litestar) -> None:
        (file,) = [path for path in app.state.blobs.incoming.parent.rglob(kept.photos[0].sha256) if path.is_file()]
        file.chmod(0o600)
        for content, finding in ((PHOTO[1:] + b"!", "photo_altered"), (PHOTO + b"!", "photo_altered")):
            file.write_bytes(content)
            app.state.photos = Photos(app.state.blobs)
            assert [each.code for each in (await told(client, kept.code)).findings] == [finding]
            assert await checked(app, photos=True) == [finding]
        file.unlink()
        app.state.photos = Photos(app.state.blobs)
        said = await told(client, kept.code)
        assert [each.code for each in said.findings] == ["photo_missing"]
        assert said.standing is not None
        assert (said.standing.photos_here, said.standing.photos) == (0, 1)

    async def test_what_stays_wrong_with_a_photo_is_said_again(
        self, kept: Sealed, client: httpx.AsyncClient, app: Litestar
    ) -> None:
        (file,) = [path for path in app.state.blobs.incoming.parent.rglob(kept.photos[0].sha256) if path.is_file()]
        file.chmod(0o600)
        file.write_bytes(PHOTO[1:] + b"!")
        app.state.photos.PRESENCE_AGAIN = 0.0
        for _ in range(3):
            assert (await told(client, kept.code)).status == "altered"
        file.write_bytes(PHOTO)
        assert (await told(client, kept.code)).status == "intact"


class TestTheOffice:
    async def test_gets_the_bundle_of_its_own(self, done: Sealed, firm: Firm, desk: Person) -> None:
        answer = await desk.get(f"/evidence/completions/{done.completion_id}/bundle")
        assert answer.status_code == 200
        assert answer.json()["format"] == BUNDLE_FORMAT
        assert answer.headers["content-disposition"] == f'attachment; filename="onsite-{done.code}.json"'
        other = await firm.login("otherdesk")
        assert (await other.get(f"/evidence/completions/{done.completion_id}/bundle")).status_code == 404

    async def test_notes_the_end_of_the_ledger(self, done: Sealed, desk: Person, app: Litestar) -> None:
        head = (await desk.get("/evidence/ledger/head")).json()
        signed = read_compact(head["signed"], app.state.signing_keys.known)
        assert isinstance(signed, bytes)
        said = msgspec.json.decode(signed)
        assert (said["seq"], said["chain"]) == (head["seq"], head["chain"])
        assert said["seq"] >= done.seq
