"""tus 1.0.0, line by line: `LINES` has every MUST and SHOULD that a server can keep, and the test that holds it.

docs/uploads.md shows the same table; a test compares the two.
"""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from server.evidence.uploads import store
from server.evidence.uploads.actions import Uploads
from server.evidence.uploads.expiring import REVOKED, tidy
from server.platform import db
from server.platform.auth import issue_token, read_token
from tests.conftest import running
from tests.evidence.tus import CHUNK, Uploader, checksum, digest_of, encoded, named, photo, received, told, uploads_of
from tests.journeys.firm import Firm, Phone, found_firm

EMPTY = b""

_NUMBERS = itertools.count()

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The application runs once for the module, as starting it takes longer than most tests."""
    app.state["rate_limits"] = {}
    transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firm(client: httpx.AsyncClient) -> Firm:
    return await found_firm(client)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phone(firm: Firm) -> Phone:
    return await firm.phone(0)


@pytest_asyncio.fixture(loop_scope="module")
async def up(phone: Phone) -> Uploader:
    fresh = photo(5000, next(_NUMBERS))
    await named(phone, fresh)
    return Uploader(phone.person.client, phone.person.headers, fresh)


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A body without `Content-Length`."""
    for part in parts:
        yield part


def files(app: Litestar) -> set[str]:
    return {file.name for file in app.state.uploads.drafts.folder.iterdir()}


class TestOptions:
    async def test_tells_what_there_is_without_a_login(self, client: httpx.AsyncClient) -> None:
        answer = await client.options("/uploads")
        assert (answer.status_code, answer.content) == (204, b"")
        told = {name: answer.headers[name] for name in answer.headers if name.startswith("tus-")}
        assert told == {
            "tus-resumable": "1.0.0",
            "tus-version": "1.0.0",
            "tus-extension": "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination",
            "tus-max-size": str(20 * 1024 * 1024),
            "tus-checksum-algorithm": "sha256,sha1,sha512",
        }

    async def test_does_not_mind_another_version(self, client: httpx.AsyncClient) -> None:
        assert (await client.options("/uploads", headers={"tus-resumable": "9"})).status_code == 204

    async def test_lets_any_page_ask(self, client: httpx.AsyncClient) -> None:
        asked = {"origin": "https://elsewhere.example", "access-control-request-method": "PATCH"}
        answer = await client.options("/uploads/" + "0" * 36, headers=asked)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert "Upload-Checksum" in answer.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in answer.headers


class TestTheVersion:
    async def test_another_one_is_not_served(self, up: Uploader) -> None:
        for version in ("", "0.2.2", "1.0.1", "1.0.0,1.0.1"):
            refused = await up.create(up.photo, tus_resumable=version)
            assert told(refused) == (412, "tus_version_unsupported"), version
            assert (refused.headers["tus-version"], refused.headers["tus-resumable"]) == ("1.0.0", "1.0.0")
        assert await uploads_of(up.photo) == 0

    async def test_is_asked_for_before_the_login(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/uploads")).status_code == 412
        assert told(await client.post("/uploads", headers={"tus-resumable": "1.0.0"})) == (401, "not_authenticated")

    async def test_is_in_every_answer(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        answers = [
            await up.head(path),
            await up.append(path, 1, b"x"),
            await up.append(path, 0, up.photo[:1]),
            await up.ask("GET", path),
            await up.ask("GET", "/uploads/elsewhere/and/further"),
            await up.ask("DELETE", path),
            await up.head(path),
        ]
        assert [a.headers["tus-resumable"] for a in answers] == ["1.0.0"] * 7
        assert [a.status_code for a in answers] == [200, 409, 204, 405, 404, 204, 404]
        assert answers[3].headers["allow"] == "DELETE, HEAD, OPTIONS, PATCH"


class TestAnUpload:
    async def test_is_made_resumed_and_done(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        for start, size in ((0, 0), (0, 2000), (2000, 3000)):
            assert (await up.append(path, start, up.photo[start : start + size])).status_code == 204
            assert await up.offset(path) == start + size
        assert await received(up.photo)


class TestCreation:
    async def test_says_where_and_until_when(self, up: Uploader) -> None:
        made = await up.create(up.photo)
        assert (made.status_code, made.content) == (201, b"")
        assert made.headers["location"].startswith("/uploads/")
        assert parsedate_to_datetime(made.headers["upload-expires"]) > datetime.now(UTC)
        assert made.headers["upload-expires"].endswith(" GMT")
        assert await up.offset(made.headers["location"]) == 0

    async def test_of_a_length_that_is_none_is_refused(self, up: Uploader) -> None:
        wrong: tuple[dict[str, Any], ...] = (
            {"upload_length": "-1"},
            {"upload_length": "+5"},
            {"upload_length": "5e3"},
            {"upload_length": "٥".encode()},
            {"upload_length": "9" * 30},
            {"upload_length": ""},
            {"upload_defer_length": "1"},
            {"upload_length": "", "upload_defer_length": "2"},
            {"upload_length": "", "upload_defer_length": "true"},
            {"upload_concat": "partial"},
        )
        for told_as in wrong:
            refused = await up.create(up.photo, **told_as)
            assert told(refused) == (400, "upload_header_invalid"), told_as

    async def test_beyond_the_limit_is_refused(self, up: Uploader) -> None:
        refused = await up.create(up.photo, upload_length=str(20 * 1024 * 1024 + 1))
        assert told(refused) == (413, "upload_too_large")
        assert refused.headers["tus-max-size"] == str(20 * 1024 * 1024)

    async def test_of_another_size_than_was_signed_is_refused(self, up: Uploader) -> None:
        for length in ("0", "4999", "5001"):
            assert told(await up.create(up.photo, upload_length=length)) == (422, "size_mismatch")

    async def test_of_an_empty_file_is_all_there_is_to_it(self, up: Uploader, phone: Phone) -> None:
        """A manifest never names one; the protocol does not know that."""
        await named(phone, EMPTY)
        path = await up.created(EMPTY)
        assert await received(EMPTY)
        done = await up.head(path)
        assert (done.headers["upload-offset"], done.headers["upload-length"]) == ("0", "0")


class TestMetadata:
    async def test_is_echoed_as_it_was_sent(self, up: Uploader) -> None:
        sent = encoded(
            {"sha256": digest_of(up.photo), "filename": "屏幕 截图.jpg", "filetype": "image/jpeg", "odd!": None}
        )
        path = await up.created(up.photo, upload_metadata=sent)
        assert (await up.head(path)).headers["upload-metadata"] == sent

    async def test_that_nobody_should_store_is_refused(self, up: Uploader) -> None:
        wrong: tuple[dict[str, str | bytes | None], ...] = (
            {"filename": "../../etc/passwd"},
            {"filename": "a/b.jpg"},
            {"filename": "C:\\photo.jpg"},
            {"filename": ".."},
            {"filename": "a\r\nSet-Cookie: b=c"},
            {"filename": "a\0.jpg"},
            {"filename": "a\u202egpj.exe"},
            {"filename": "x" * 256},
            {"filename": b"\xff\xfe"},
            {"anything": "two\nlines"},
            {"job_id": "1"},
            {"sha256": "0" * 63},
            {"sha256": "G" * 64},
            {"sha256": ""},
            {"sha256": None},
            {"filename": "x" * 4000},
        )
        for values in wrong:
            sent = encoded({"sha256": digest_of(up.photo), **values})
            refused = await up.create(up.photo, upload_metadata=sent)
            assert told(refused) == (400, "upload_metadata_invalid"), values
        assert await uploads_of(up.photo) == 0

    async def test_that_breaks_its_form_is_refused(self, up: Uploader) -> None:
        good = encoded({"sha256": digest_of(up.photo)})
        for odd in ("", "a !!!", "a QQ", good, "a  QQ==", "é QQ=="):
            sent: Any = f"{good},{odd}".encode("latin-1")
            assert told(await up.create(up.photo, upload_metadata=sent)) == (400, "upload_metadata_invalid"), odd
        assert told(await up.create(up.photo, upload_metadata="")) == (400, "upload_metadata_invalid")


class TestResuming:
    async def test_goes_on_where_it_stands(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        first = await up.append(path, 0, up.photo[:2000])
        assert (first.status_code, first.content, first.headers["upload-offset"]) == (204, b"", "2000")
        assert "upload-expires" in first.headers
        standing = await up.head(path)
        assert (standing.status_code, standing.headers["upload-offset"]) == (200, "2000")
        assert (standing.headers["upload-length"], standing.headers["cache-control"]) == ("5000", "no-store")
        last = await up.append(path, 2000, up.photo[2000:])
        assert (last.status_code, last.headers["upload-offset"]) == (204, "5000")
        assert "upload-expires" not in last.headers

    async def test_at_another_offset_changes_nothing(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:2000])
        for offset in (0, 1999, 2001, 4000):
            refused = await up.append(path, offset, up.photo[offset : offset + 500])
            assert told(refused) == (409, "offset_mismatch")
            assert (refused.json()["extra"]["offset"], refused.json()["instance"]) == (2000, path)
        assert await up.offset(path) == 2000

    async def test_with_another_media_type_is_refused(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        for media_type in ("", "application/octet-stream", "image/jpeg", "application/json"):
            refused = await up.append(path, 0, up.photo, content_type=media_type)
            assert told(refused) == (415, "unsupported_media_type"), media_type
        assert await up.offset(path) == 0

    async def test_with_a_packed_body_is_refused(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        assert told(await up.append(path, 0, up.photo, content_encoding="gzip")) == (415, "content_encoding_unknown")

    async def test_without_an_offset_is_refused(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        for offset in ("", "-1", "x", "1.0", "9" * 25):
            refused = await up.append(path, 0, up.photo, upload_offset=offset)
            assert told(refused) == (400, "upload_header_invalid"), offset

    async def test_with_a_header_twice_is_refused(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        headers = [*up.headers.items(), ("tus-resumable", "1.0.0"), ("content-type", CHUNK)]
        headers += [("upload-offset", "0"), ("upload-offset", "0")]
        assert told(await up.client.patch(path, content=up.photo, headers=headers)) == (400, "upload_header_invalid")

    async def test_of_nothing_is_fine(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        assert (await up.append(path, 0, b"")).headers["upload-offset"] == "0"

    async def test_after_the_end_is_fine_with_nothing_and_refused_with_more(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo)
        again = await up.append(path, 5000, b"")
        assert (again.status_code, again.headers["upload-offset"]) == (204, "5000")
        assert told(await up.append(path, 5000, b"x")) == (413, "upload_too_large")
        assert told(await up.append(path, 0, up.photo)) == (409, "offset_mismatch")

    async def test_of_what_does_not_exist_is_404(self, up: Uploader) -> None:
        for path in ("/uploads/" + "0" * 8 + "-0000-4000-8000-" + "0" * 12, "/uploads/x", "/uploads/%2e%2e%2fkept"):
            assert (await up.append(path, 0, up.photo)).status_code == 404
            refused = await up.head(path)
            assert (refused.status_code, "upload-offset" in refused.headers) == (404, False)


class TestLengthsThatLie:
    async def test_more_bytes_than_announced_are_refused_before_they_come(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:2000])
        assert told(await up.append(path, 2000, up.photo[2000:] + b"x")) == (413, "upload_too_large")
        assert await up.offset(path) == 2000

    async def test_more_bytes_than_fit_without_a_content_length_leave_nothing_of_themselves(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:2000])
        refused = await up.append(path, 2000, pieces(up.photo[2000:4000], up.photo[4000:] + b"x"))
        assert told(refused) == (413, "upload_too_large")
        assert await up.offset(path) == 2000
        assert (await up.append(path, 2000, pieces(up.photo[2000:3000], up.photo[3000:]))).status_code == 204
        assert (await up.head(path)).headers["upload-offset"] == "5000"

    async def test_other_bytes_than_were_signed_are_thrown_away(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        assert told(await up.append(path, 0, photo(5000, -1))) == (422, "digest_mismatch")
        assert await up.offset(path) == 0
        assert (await up.append(path, 0, up.photo)).status_code == 204


class TestADeferredLength:
    async def test_is_said_with_a_later_chunk(self, up: Uploader) -> None:
        path = await up.created(up.photo, upload_length="", upload_defer_length="1")
        await up.append(path, 0, up.photo[:2000])
        waiting = await up.head(path)
        assert (waiting.headers["upload-defer-length"], "upload-length" in waiting.headers) == ("1", False)
        await up.append(path, 2000, up.photo[2000:3000], upload_length="5000")
        known = await up.head(path)
        assert (known.headers["upload-length"], "upload-defer-length" in known.headers) == ("5000", False)
        assert (await up.append(path, 3000, up.photo[3000:])).headers["upload-offset"] == "5000"
        assert await received(up.photo)

    async def test_is_not_guessed(self, up: Uploader) -> None:
        path = await up.created(up.photo, upload_length="", upload_defer_length="1")
        assert (await up.append(path, 0, up.photo)).headers["upload-offset"] == "5000"
        assert (await up.head(path)).headers["upload-defer-length"] == "1"
        assert not await received(up.photo)
        assert (await up.append(path, 5000, b"", upload_length="5000")).status_code == 204
        assert await received(up.photo)

    async def test_never_changes_again(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        assert told(await up.append(path, 0, b"", upload_length="4000")) == (400, "upload_header_invalid")
        assert (await up.append(path, 0, b"", upload_length="5000")).status_code == 204

    async def test_is_what_was_signed(self, up: Uploader) -> None:
        path = await up.created(up.photo, upload_length="", upload_defer_length="1")
        assert told(await up.append(path, 0, up.photo, upload_length="4999")) == (422, "size_mismatch")
        assert told(await up.append(path, 0, up.photo + b"x")) == (413, "upload_too_large")
        assert await up.offset(path) == 0


class TestCreationWithUpload:
    async def test_takes_all_of_it(self, up: Uploader) -> None:
        made = await up.ask(
            "POST",
            content=up.photo,
            content_type=CHUNK,
            upload_length="5000",
            upload_metadata=encoded({"sha256": digest_of(up.photo)}),
        )
        assert (made.status_code, made.headers["upload-offset"]) == (201, "5000")
        assert await up.offset(made.headers["location"]) == 5000

    async def _with(self, up: Uploader, content: bytes, **headers: str) -> httpx.Response:
        told = {
            "upload_length": "5000",
            "upload_metadata": encoded({"sha256": digest_of(up.photo)}),
            "content_type": CHUNK,
        }
        return await up.ask("POST", content=content, **{**told, **headers})

    async def test_takes_a_part(self, up: Uploader) -> None:
        made = await self._with(up, up.photo[:100])
        assert (made.status_code, made.headers["upload-offset"]) == (201, "100")
        assert (await up.append(made.headers["location"], 100, up.photo[100:])).headers["upload-offset"] == "5000"

    async def test_of_nothing_says_so(self, up: Uploader) -> None:
        assert (await self._with(up, b"")).headers["upload-offset"] == "0"

    async def test_wants_the_media_type(self, up: Uploader) -> None:
        refused = await self._with(up, up.photo, content_type="image/jpeg")
        assert told(refused) == (415, "unsupported_media_type")
        assert await uploads_of(up.photo) == 0

    async def test_that_went_wrong_leaves_nothing(self, up: Uploader, app: Litestar) -> None:
        wrong: tuple[tuple[bytes, dict[str, str], tuple[int, str]], ...] = (
            (up.photo, checksum(b"others"), (460, "checksum_mismatch")),
            (up.photo + b"x", {}, (413, "upload_too_large")),
            (photo(5000, -1), {}, (422, "digest_mismatch")),
        )
        before = files(app)
        for content, headers, answer in wrong:
            assert told(await self._with(up, content, **headers)) == answer
        assert (await uploads_of(up.photo), files(app)) == (0, before)


class TestAChecksum:
    async def test_that_agrees_lets_the_chunk_in(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        for start, algorithm in ((0, "sha1"), (2000, "sha256"), (4000, "sha512")):
            chunk = up.photo[start : start + 2000]
            assert (await up.append(path, start, chunk, **checksum(chunk, algorithm))).status_code == 204
        assert await up.offset(path) == 5000

    async def test_that_does_not_agree_throws_the_chunk_away(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:1000], **checksum(up.photo[:1000]))
        refused = await up.append(path, 1000, up.photo[1000:], **checksum(up.photo))
        assert told(refused) == (460, "checksum_mismatch")
        assert await up.offset(path) == 1000
        assert (await up.append(path, 1000, up.photo[1000:], **checksum(up.photo[1000:]))).status_code == 204
        assert await up.offset(path) == 5000

    async def test_that_nobody_can_check_throws_it_away(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        for sent, code in (
            ("md5 1B2M2Y8AsgTpgAmY7PhCfg==", "checksum_unknown"),
            ("crc32 AAAAAA==", "checksum_unknown"),
            ("SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "checksum_unknown"),
            ("sha1", "upload_header_invalid"),
            ("sha1 !!!", "upload_header_invalid"),
            ("sha1 QQ==", "upload_header_invalid"),
        ):
            assert told(await up.append(path, 0, up.photo, upload_checksum=sent)) == (400, code), sent
        assert await up.offset(path) == 0


class TestTermination:
    async def test_of_an_unfinished_upload_frees_what_it_took(self, up: Uploader, app: Litestar) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:1000])
        ended = await up.ask("DELETE", path)
        assert (ended.status_code, ended.content) == (204, b"")
        assert Path(path).name not in files(app)
        later = [await up.head(path), await up.append(path, 0, up.photo), await up.ask("DELETE", path)]
        assert [a.status_code for a in later] == [404] * 3

    async def test_of_a_finished_one_keeps_the_photo(self, up: Uploader, app: Litestar) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo)
        assert (await up.ask("DELETE", path)).status_code == 204
        assert (await up.head(path)).status_code == 404
        assert await app.state.blobs.get(digest_of(up.photo)) == up.photo


class TestExpiration:
    async def _age(self, up: Uploader, by: str, state: str = "open") -> None:
        aged = f"UPDATE upload SET expires_at = now() - interval '{by}' WHERE digest = $1 AND state = $2"
        await db.execute(aged, digest_of(up.photo), state)

    async def _expired(self, up: Uploader) -> str:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:1000])
        await self._age(up, "1 second")
        return path

    async def test_is_told_to_whoever_comes_back(self, up: Uploader) -> None:
        path = await self._expired(up)
        assert told(await up.append(path, 1000, up.photo[1000:])) == (410, "upload_gone")
        refused = await up.head(path)
        assert (refused.status_code, "upload-offset" in refused.headers) == (410, False)

    async def test_removes_the_file_and_later_the_row(self, up: Uploader, app: Litestar) -> None:
        uploads: Uploads = app.state.uploads
        path = await self._expired(up)
        kept = await up.created(up.photo)
        await up.append(kept, 0, up.photo[:500])
        assert await tidy(uploads.drafts, untouched=timedelta(seconds=-1)) > 0
        assert {Path(kept).name, Path(path).name} & files(app) == {Path(kept).name}
        assert (await up.head(path)).status_code == 410
        await self._age(up, "8 days", "gone")
        await tidy(uploads.drafts)
        assert (await up.head(path)).status_code == 404

    async def test_is_far_from_what_is_finished(self, up: Uploader, app: Litestar) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo)
        await self._age(up, "1 second", "done")
        await tidy(app.state.uploads.drafts)
        assert await up.offset(path) == 5000


class TestTheMethod:
    async def test_that_is_said_beside_it_counts(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        sent = await up.ask(
            "POST", path, up.photo, content_type=CHUNK, upload_offset="0", x_http_method_override="PATCH"
        )
        assert (sent.status_code, sent.headers["upload-offset"]) == (204, "5000")
        ended = await up.ask("PATCH", path, x_http_method_override="DELETE")
        assert ended.status_code == 204
        assert (await up.ask("DELETE", "/uploads", x_http_method_override="OPTIONS")).status_code == 204

    async def test_that_nobody_knows_is_refused(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        assert told(await up.ask("PATCH", path, x_http_method_override="BREW")) == (405, "method_not_allowed")
        assert told(await up.ask("GET")) == (405, "method_not_allowed")


class TestOtherOrigins:
    async def test_may_read_what_they_need_also_of_a_refusal(self, up: Uploader) -> None:
        for answer in (
            await up.create(up.photo, origin="https://elsewhere.example"),
            await up.create(up.photo, origin="https://elsewhere.example", authorization=""),
        ):
            assert answer.headers["access-control-allow-origin"] == "*"
            exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
            assert {"Location", "Upload-Offset", "Upload-Length", "Upload-Metadata", "Tus-Resumable"} <= exposed


class TestADraftThatAWorkerLeftWhole:
    """It died between the last byte and the end: an offset equal to the length would be a promise nobody kept."""

    async def _left(self, up: Uploader, app: Litestar, content: bytes) -> str:
        path = await up.created(up.photo)
        uploads: Uploads = app.state.uploads
        (uploads.drafts.folder / Path(path).name).write_bytes(content)
        return path

    async def test_is_finished_by_whoever_asks_for_it(self, up: Uploader, app: Litestar) -> None:
        path = await self._left(up, app, up.photo)
        assert await up.offset(path) == 5000
        assert await received(up.photo)

    async def test_counts_for_nothing_when_it_is_not_what_was_signed(self, up: Uploader, app: Litestar) -> None:
        path = await self._left(up, app, photo(5000, -1))
        assert (await up.head(path)).status_code == 422
        assert await up.offset(path) == 0


class TestWhoMayUpload:
    async def test_only_what_a_completion_of_theirs_names(self, up: Uploader, phone: Phone) -> None:
        stranger = photo(5000, -2)
        assert told(await up.create(stranger)) == (404, "photo_not_expected")
        job_id = await named(phone, stranger)
        for job, status in ((uuid4(), 404), (job_id, 201)):
            told_as = encoded({"sha256": digest_of(stranger), "job_id": str(job)})
            assert (await up.create(stranger, upload_metadata=told_as)).status_code == status

    async def test_nobody_else_sees_or_touches_it(self, up: Uploader, phone: Phone, firm: Firm) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:100])
        other = Uploader(up.client, (await firm.login("tech1")).headers)
        for answer in (
            await other.head(path),
            await other.append(path, 100, up.photo[100:]),
            await other.ask("DELETE", path),
            await other.create(up.photo),
        ):
            assert answer.status_code == 404
        assert await up.offset(path) == 100

    async def test_no_other_role(self, up: Uploader, firm: Firm) -> None:
        path = await up.created(up.photo)
        for name in ("desk", "hq", "auditor"):
            login = await firm.login(name)
            them = Uploader(up.client, login.headers)
            assert told(await them.create(up.photo)) == (403, "forbidden")
            assert (await them.ask("DELETE", path)).status_code == 403
        assert await up.offset(path) == 0

    async def test_a_revoked_device_only_when_the_office_allows_it(self, up: Uploader, phone: Phone) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:100])
        device = UUID(phone.device_id)
        await db.execute("UPDATE device SET revoked_at = now() WHERE id = $1", device)
        try:
            refused = [await up.create(up.photo), await up.append(path, 100, up.photo[100:])]
            assert [told(answer) for answer in refused] == [(403, "device_revoked")] * 2
            assert (await up.head(path)).status_code == 403
            put = await up.client.put(f"/evidence/photos/{digest_of(up.photo)}", content=up.photo, headers=up.headers)
            assert told(put) == (403, "device_revoked")
            await db.execute("UPDATE device SET last_upload_until = now() + interval '1 hour' WHERE id = $1", device)
            assert (await up.append(path, 100, up.photo[100:])).status_code == 204
        finally:
            await db.execute("UPDATE device SET revoked_at = NULL, last_upload_until = NULL WHERE id = $1", device)

    async def test_drafts_of_a_revoked_device_go_after_a_day(self, up: Uploader, phone: Phone) -> None:
        path = await up.created(up.photo)
        device = UUID(phone.device_id)
        try:
            for revoked, status in (("1 hour", 403), ("25 hours", 410)):
                aged = f"now() - interval '{revoked}'"
                await db.execute(f"UPDATE device SET revoked_at = {aged} WHERE id = $1", device)
                await db.execute(f"UPDATE upload SET made_at = {aged} WHERE digest = $1", digest_of(up.photo))
                await store.expire(REVOKED)
                assert (await up.head(path)).status_code == status
        finally:
            await db.execute("UPDATE device SET revoked_at = NULL WHERE id = $1", device)

    async def test_somebody_who_has_left_while_the_last_upload_is_open(
        self, up: Uploader, phone: Phone, app: Litestar
    ) -> None:
        person, device = UUID(phone.person.user["id"]), UUID(phone.device_id)
        caller = replace(read_token(app.state.secrets.token_key, phone.person.token), only_upload=True)
        token = issue_token(app.state.secrets.token_key, caller, datetime.now(UTC), timedelta(minutes=5))
        leaver = replace(up, headers={"authorization": f"Bearer {token}"})
        try:
            await db.execute("UPDATE app_user SET active = false WHERE id = $1", person)
            assert told(await leaver.create(up.photo)) == (403, "device_revoked")
            await db.execute("UPDATE device SET last_upload_until = now() + interval '1 hour' WHERE id = $1", device)
            path = await leaver.created(up.photo)
            assert (await leaver.append(path, 0, up.photo)).status_code == 204
        finally:
            await db.execute("UPDATE app_user SET active = true WHERE id = $1", person)
            await db.execute("UPDATE device SET last_upload_until = NULL WHERE id = $1", device)


class TestTheSamePhoto:
    async def test_that_is_here_needs_no_bytes(self, up: Uploader, phone: Phone) -> None:
        await up.append(await up.created(up.photo), 0, up.photo)
        await named(phone, up.photo)
        again = await up.create(up.photo)
        assert (again.status_code, again.headers["upload-offset"]) == (201, "5000")
        known = await up.head(again.headers["location"])
        assert (known.headers["upload-offset"], known.headers["upload-length"]) == ("5000", "5000")
        assert told(await up.append(again.headers["location"], 0, up.photo)) == (409, "offset_mismatch")
        with_bytes = await up.create(up.photo, content_type=CHUNK)
        assert (with_bytes.status_code, with_bytes.headers["upload-offset"]) == (201, "5000")

    async def test_that_came_another_way_ends_what_was_begun(self, up: Uploader) -> None:
        path = await up.created(up.photo)
        await up.append(path, 0, up.photo[:100])
        put = f"/evidence/photos/{digest_of(up.photo)}"
        assert (await up.client.put(put, content=up.photo, headers=up.headers)).status_code == 201
        assert await up.offset(path) == 5000

    async def test_begun_over_and_over_keeps_the_newest(self, up: Uploader) -> None:
        paths = [await up.created(up.photo) for _ in range(store.MOST_OF_ONE + 1)]
        assert [(await up.head(path)).status_code for path in paths] == [410, 200, 200, 200]


class TestHowMany:
    async def test_are_open_at_once_is_limited(self, up: Uploader, phone: Phone) -> None:
        await up.created(up.photo)
        many = (
            "INSERT INTO upload (id, user_id, device_id, job_id, centre_id, outlet_id, digest, size, length, metadata,"
            " state, made_at, expires_at) SELECT gen_random_uuid(), user_id, device_id, job_id, centre_id, outlet_id,"
            " md5(n::text), size, length, '', 'open', now(), expires_at FROM upload, generate_series(1, 100) n"
            " WHERE digest = $1"
        )
        await db.execute(many, digest_of(up.photo))
        another = photo(5000, -3)
        await named(phone, another)
        assert told(await up.create(another)) == (429, "uploads_too_many")
        await db.execute("DELETE FROM upload WHERE length(digest) = 32")
        assert (await up.create(another)).status_code == 201


#: (line of the protocol, where it is held): a test of this file, or of test_tus_faults, test_tus_drafts.
LINES: tuple[tuple[str, str], ...] = (
    ("Upload-Offset, Upload-Length MUST be non-negative integers", "TestResuming.test_without_an_offset_is_refused"),
    ("Tus-Version lists what is supported", "TestOptions.test_tells_what_there_is_without_a_login"),
    ("Tus-Resumable MUST be in every response", "TestTheVersion.test_is_in_every_answer"),
    ("412 with Tus-Version for another version, unprocessed", "TestTheVersion.test_another_one_is_not_served"),
    ("Tus-Max-Size SHOULD be set", "TestOptions.test_tells_what_there_is_without_a_login"),
    ("X-HTTP-Method-Override MUST count, not the method", "TestTheMethod.test_that_is_said_beside_it_counts"),
    ("HEAD MUST include Upload-Offset, also 0, also when completed", "TestAnUpload.test_is_made_resumed_and_done"),
    ("HEAD MUST include Upload-Length when it is known", "TestResuming.test_goes_on_where_it_stands"),
    ("HEAD of what is not there: 404 without Upload-Offset", "TestResuming.test_of_what_does_not_exist_is_404"),
    ("HEAD with Cache-Control: no-store", "TestResuming.test_goes_on_where_it_stands"),
    ("PATCH at the current offset; 204 with the new Upload-Offset", "TestResuming.test_goes_on_where_it_stands"),
    ("PATCH of another media type SHOULD be 415", "TestResuming.test_with_another_media_type_is_refused"),
    ("PATCH elsewhere MUST be 409 and change nothing", "TestResuming.test_at_another_offset_changes_nothing"),
    ("PATCH of what is not there SHOULD be 404", "TestResuming.test_of_what_does_not_exist_is_404"),
    ("read timeouts SHOULD close connections", "TestAConnectionThatFallsSilent.test_is_ended_and_what_came_stays"),
    ("SHOULD store as much as possible", "TestAConnectionThatIsCut.test_leaves_every_byte_that_came"),
    ("OPTIONS: 204 or 200 with Tus-Version, Tus-Extension", "TestOptions.test_tells_what_there_is_without_a_login"),
    ("OPTIONS MUST ignore Tus-Resumable", "TestOptions.test_does_not_mind_another_version"),
    ("creation: 201 with Location", "TestCreation.test_says_where_and_until_when"),
    ("creation: Upload-Length or -Defer-Length, else 400", "TestCreation.test_of_a_length_that_is_none_is_refused"),
    ("creation: beyond the maximum MUST be 413", "TestCreation.test_beyond_the_limit_is_refused"),
    ("creation: Upload-Length 0 is complete at once", "TestCreation.test_of_an_empty_file_is_all_there_is_to_it"),
    ("Upload-Metadata MUST be echoed as it was sent", "TestMetadata.test_is_echoed_as_it_was_sent"),
    ("Upload-Metadata: unique keys, values base64", "TestMetadata.test_that_breaks_its_form_is_refused"),
    ("Upload-Metadata SHOULD be validated", "TestMetadata.test_that_nobody_should_store_is_refused"),
    ("Upload-Defer-Length: 1 in HEAD until the length is known", "TestADeferredLength.test_is_said_with_a_later_chunk"),
    ("a deferred length MUST NOT change once set", "TestADeferredLength.test_never_changes_again"),
    ("creation-with-upload: SHOULD accept as much as possible", "TestCreationWithUpload.test_takes_a_part"),
    ("creation-with-upload: MUST include Upload-Offset", "TestCreationWithUpload.test_of_nothing_says_so"),
    ("creation-with-upload: the media type MUST be said", "TestCreationWithUpload.test_wants_the_media_type"),
    ("creation-with-upload: early feedback for 100-continue", "TestARefusal.test_comes_before_the_bytes"),
    ("expiration: Upload-Expires in POST and PATCH, an HTTP date", "TestCreation.test_says_where_and_until_when"),
    ("expiration: afterwards 410, later 404", "TestExpiration.test_removes_the_file_and_later_the_row"),
    ("checksum: Tus-Checksum-Algorithm, sha1 among them", "TestOptions.test_tells_what_there_is_without_a_login"),
    ("checksum: 460 discards the chunk", "TestAChecksum.test_that_does_not_agree_throws_the_chunk_away"),
    ("checksum: 400 for an unknown one, chunk discarded", "TestAChecksum.test_that_nobody_can_check_throws_it_away"),
    ("termination: 204, resources freed", "TestTermination.test_of_an_unfinished_upload_frees_what_it_took"),
    ("termination: afterwards 404 or 410", "TestTermination.test_of_an_unfinished_upload_frees_what_it_took"),
)


class TestTheTable:
    async def test_names_tests_that_exist(self, project: Path) -> None:
        files = [project / "tests" / "evidence" / f"test_tus_{name}.py" for name in ("protocol", "faults")]
        text = "\n".join(file.read_text() for file in files)
        for line, place in LINES:
            group, test = place.split(".")
            assert f"class {group}:" in text, line
            assert f"async def {test}(" in text, line

    async def test_is_the_one_in_the_docs(self, project: Path) -> None:
        docs = (project / "docs" / "uploads.md").read_text()
        for line, place in LINES:
            assert f"| {line} | `{place}` |" in docs
