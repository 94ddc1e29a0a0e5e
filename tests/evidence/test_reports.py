"""Service reports through the whole application: made once everything is here, fetched by whoever may, by templates."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pypdfium2
import pytest
from litestar import Litestar

from offline_sync.replica import manifest
from server.evidence.reports import store as reports
from server.evidence.reports.drawing import Look, draw
from server.evidence.reports.gathering import Jobs
from server.evidence.reports.running import Reporter
from server.evidence.reports.sample import sample
from server.evidence.reports.template import shipped
from server.evidence.sealing.trailer import read_trailer
from server.jobs import store as job_store
from server.platform import db
from server.products.rules.refusal import Text
from tests.evidence.builders import added, facts, refused
from tests.evidence.pictures import saved
from tests.evidence.test_reports_drawing import saved as logo
from tests.evidence.test_reports_drawing import words
from tests.journeys.firm import Firm, Person, Phone
from tests.journeys.standing import firm, standing

__all__ = ["firm", "standing"]

NOW = datetime.now(UTC).isoformat(timespec="seconds")
TEMPLATES = "/report-templates"


@dataclass
class Visit:
    """A technician's job that the customer signs for."""

    app: Litestar
    firm: Firm
    desk: Person
    phone: Phone
    job: Mapping[str, Any]
    signed: dict[str, Any] = field(default_factory=dict)

    async def does(self, event: str, args: Any) -> str:
        operation = self.phone.operation(f"job.{event}", self.job, args)
        (outcome,) = await self.phone.outcomes(operation)
        assert outcome["status"] == "applied", outcome
        self.app.state.sealer.wake()
        return str(operation["op_id"])

    async def completes(self, *photos: bytes, **more: Any) -> str:
        """The id of the completion."""
        said = facts(self.job["id"], finished_at=NOW, photos=[named(photo) for photo in photos], **more)
        self.signed = manifest.complete(said, self.phone.key)
        return await self.does("complete", self.signed)

    async def sends(self, *photos: bytes) -> None:
        for photo in photos:
            path = f"/evidence/photos/{named(photo)['sha256']}"
            answer = await self.phone.person.client.put(path, content=photo, headers=self.phone.person.headers)
            assert answer.status_code in (200, 201), answer.text

    async def report(self, completion_id: str, who: Person | None = None, other_than: bytes = b"", **query: Any) -> Any:
        """As soon as there is one."""
        async with asyncio.timeout(60):
            while True:
                answer = await (who or self.desk).get(f"/evidence/completions/{completion_id}/report", **query)
                if answer.status_code != 409 and answer.content != other_than:
                    return answer
                await asyncio.sleep(0.1)


async def in_ledger(digest: str) -> int:
    found: int = await db.fetch_value(
        "SELECT count(*) FROM ledger WHERE kind = 'report' AND entry::jsonb->>'sha256' = $1", digest
    )
    return found


def named(photo: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(photo).hexdigest(), "size": len(photo), "media_type": "image/jpeg"}


def said_in(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return words(pypdfium2.PdfDocument(answer.content))


@pytest.fixture
async def visit(app: Litestar, firm: Firm) -> Visit:
    desk, phone = await firm.login("desk"), await firm.phone(0)
    return Visit(app, firm, desk, phone, await firm.assigned(desk, 0, address="静安区南京西路 1 号"))


@dataclass
class Made:
    """Reports of a visit with photos, one of them none, and of one that nobody signed; made by two workers at once.
    One for all tests of this module: drawing takes most of their time."""

    visit: Visit
    customer_id: str
    signed: str
    refused: str
    early: Any
    report: Any
    english: Any
    of_refused: Any
    with_addendum: Any
    preview: Any
    ledger_of_preview: tuple[int, int]


@pytest.fixture(scope="module")
def made_before() -> list[Made]:
    return []


@pytest.fixture
async def made(visit: Visit, made_before: list[Made]) -> Made:
    if not made_before:
        made_before.append(await _made(visit))
    (known,) = made_before
    known.visit.firm, known.visit.desk = visit.firm, visit.desk
    return known


async def _made(visit: Visit) -> Made:
    firm, desk, state, stopping = visit.firm, visit.desk, visit.app.state, asyncio.Event()
    told = Jobs(job_store.rows, job_store.job_types)
    other = Reporter(state.blobs, state.signing_keys, told, state.settings.public_url)
    person = {"outlet_id": firm.outlet_id, "name": "李梅", "phone": "13800000000", "address": "静安"}
    customer = (await desk.post("/customers", person)).json()["id"]
    jobs = [await firm.assigned(desk, 0, address="静安区南京西路 1 号", customer_id=customer) for _ in range(2)]
    first, second = (Visit(visit.app, firm, desk, visit.phone, job) for job in jobs)
    watching = asyncio.create_task(other.watch(stopping))
    photo, broken = saved(), b"\xff\xd8 no picture"
    signed = await first.completes(photo, broken, parts={"CAP-35": 2})
    early = await desk.get(f"/evidence/completions/{signed}/report")
    nobody = manifest.cannot_complete(refused(second.job["id"], finished_at=NOW), "顾客不在家", visit.phone.key)
    unsigned = await second.does("cannot_complete", nobody)
    await first.sends(photo, broken)
    of_refused, report = await first.report(unsigned), await first.report(signed)
    english = await first.report(signed, lang="en")
    hq, before = await firm.login("hq"), await last_entry()
    preview = await hq.post(f"{TEMPLATES}/preview", {"completion_id": signed, "locale": "zh-CN"})
    after, plate = await last_entry(), saved(quality=55)
    said = added(second.job["id"], manifest.digest(nobody["manifest"]), made_at=NOW, photos=[named(plate)])
    await second.does("addendum", manifest.addendum(said, visit.phone.key))
    await second.sends(plate)
    with_addendum = await second.report(unsigned, other_than=of_refused.content)
    stopping.set()
    await watching
    answers = early, report, english, of_refused, with_addendum, preview
    return Made(first, customer, signed, unsigned, *answers, (before, after))


async def last_entry() -> int:
    found: int = await db.fetch_value("SELECT max(seq) FROM ledger")
    return found


class TestASignedCompletion:
    async def test_has_no_report_before_every_photo_is_here(self, made: Made) -> None:
        assert (made.early.status_code, made.early.json()["code"]) == (409, "report_not_ready")
        assert made.early.json()["extra"]["reason"] == "unsealed"

    async def test_has_a_report_that_says_what_was_signed(self, made: Made) -> None:
        said = said_in(made.report)
        for text in (
            "压缩机已更换，运行正常。",
            "李梅",
            "静安区南京西路1号",
            "CAP-35",
            "技师0",
            "海澜电器",
            "照片无法显示",
        ):
            assert text in said, text
        name = f"service-report-{made.visit.job['number']}-zh-CN.pdf"
        assert made.report.headers["content-disposition"] == f'inline; filename="{name}"'

    async def test_has_a_seal_behind_the_last_page_that_verifies(self, made: Made) -> None:
        found, findings = read_trailer(made.report.content, made.visit.app.state.signing_keys.known)
        assert found is not None
        assert findings == []

    async def test_has_each_report_once_in_the_ledger_however_many_workers_there_are(self, made: Made) -> None:
        for answer in (made.report, made.english, made.of_refused):
            assert await in_ledger(hashlib.sha256(answer.content).hexdigest()) == 1
        assert len(await reports.standings(uuid.UUID(made.signed))) == 2

    async def test_has_one_in_the_other_language_when_somebody_asks(self, made: Made) -> None:
        assert "Servicereport" in said_in(made.english)
        assert (await made.visit.report(made.signed, lang="en")).content == made.english.content
        bad = await made.visit.desk.get(f"/evidence/completions/{made.signed}/report", lang="fr")
        assert bad.status_code == 400

    async def test_that_nobody_signed_has_one_too(self, made: Made) -> None:
        said = said_in(made.of_refused)
        for text in ("顾客拒绝签字", "客户不同意收费", "顾客不在家", "王强"):
            assert text in said, text

    async def test_is_fetched_again_only_when_it_is_another(self, made: Made) -> None:
        path, known = f"/evidence/completions/{made.signed}/report", {"if-none-match": made.report.headers["etag"]}
        again = await made.visit.desk.client.get(path, headers=made.visit.desk.headers | known)
        assert (again.status_code, again.content) == (304, b"")

    async def test_is_shown_to_its_office_and_its_technician_only(self, made: Made) -> None:
        path, firm = f"/evidence/completions/{made.signed}/report", made.visit.firm
        for reader in ("tech0", "auditor", "hq"):
            assert (await (await firm.login(reader)).get(path)).status_code == 200
        for stranger in ("tech1", "otherdesk"):
            answer = await (await firm.login(stranger)).get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_of_a_customer_on_file_is_on_record_who_read_it(self, made: Made) -> None:
        auditor = await made.visit.firm.login("auditor")
        await auditor.get(f"/evidence/completions/{made.refused}/report")
        found = await db.fetch(
            "SELECT count(*) AS times, record_id FROM file_access WHERE customer_id = $1 AND what = 'report'"
            " AND user_id = $2 AND record_id = $3 GROUP BY record_id",
            uuid.UUID(made.customer_id),
            uuid.UUID(str(auditor.user["id"])),
            uuid.UUID(made.refused),
        )
        assert [(row["times"], str(row["record_id"])) for row in found] == [(1, made.refused)]

    async def test_keeps_its_report_as_it_was_made(self, made: Made) -> None:
        with pytest.raises(db.FAULTS, match="stays as it is"):
            await db.execute("UPDATE service_report SET digest = $1 WHERE digest IS NOT NULL", "0" * 64)

    async def test_is_named_for_backups_and_kept_from_the_collector(self, made: Made) -> None:
        digest = hashlib.sha256(made.report.content).hexdigest()
        assert await reports.named([digest, "0" * 64]) == {digest}


class TestAnAddendum:
    async def test_makes_another_edition_and_leaves_the_first(self, made: Made) -> None:
        first, said = made.of_refused.content, said_in(made.with_addendum)
        digest = hashlib.sha256(first).hexdigest()
        assert "补拍铭牌" in said
        assert "顾客拒绝签字" in said
        assert digest[:16] in said
        assert await made.visit.app.state.blobs.holds(digest, len(first))


def terms(**more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(shipped())
    return plain | more


def titled(title: str) -> dict[str, Any]:
    said = terms()
    for locale in ("zh-CN", "en"):
        said["wording"][locale]["title"] = title
    return said


#: What is changed, and how it is refused.
WRONG: list[tuple[dict[str, Any], int, str, str | None]] = [
    ({"job_type": "no_such"}, 422, "report_template_invalid", "job_type_unknown"),
    ({"sections": [{"name": "secrets"}]}, 422, "report_template_invalid", "section_unknown"),
    ({"sections": []}, 400, "invalid", None),
    ({"logo": "0" * 64}, 422, "report_template_invalid", "logo_unknown"),
    ({"logo": "../../etc/passwd"}, 400, "invalid", None),
    ({"accent": "red"}, 400, "invalid", None),
    ({"accent": "#fffffe"}, 422, "report_template_invalid", "accent_too_light"),
    ({"paper": "A0"}, 400, "invalid", None),
    ({"wording": {"zh-CN": {"title": "只有中文", "consent": "同意"}}}, 400, "invalid", None),
    ({"html": "<b>"}, 400, "invalid", None),
]


class TestTemplates:
    async def test_begin_with_what_the_software_brings_along(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        listed = (await desk.get(TEMPLATES)).json()
        assert listed[0]["job_type"] is None
        assert listed[0]["terms"]["wording"]["zh-CN"]["title"]

    async def test_change_reports_to_come_and_none_that_was_made(self, visit: Visit) -> None:
        hq = await visit.firm.login("hq")
        before = await visit.completes()
        made = await visit.report(before)
        added_one = await hq.post(TEMPLATES, titled("维修回执") | {"job_type": "repair"})
        assert added_one.status_code == 201, added_one.text
        template = added_one.json()
        job = await visit.firm.assigned(visit.desk, 0)
        after = await Visit(visit.app, visit.firm, visit.desk, visit.phone, job).completes()
        assert "维修回执" in said_in(await visit.report(after))
        assert (await visit.report(before)).content == made.content
        assert "维修回执" not in said_in(await visit.report(before, lang="en"))
        edit = titled("维修单") | {"version": 1}
        changed = await hq.client.put(f"{TEMPLATES}/{template['id']}", json=edit, headers=hq.headers)
        assert changed.json()["version"] == 2
        stale = await hq.client.put(f"{TEMPLATES}/{template['id']}", json=edit, headers=hq.headers)
        assert (stale.status_code, stale.json()["code"]) == (409, "version_stale")
        assert "维修回执" in said_in(await visit.report(after))
        gone = await hq.client.delete(f"{TEMPLATES}/{template['id']}?version=2", headers=hq.headers)
        assert gone.status_code == 204
        versions = (await hq.get(f"{TEMPLATES}/{template['id']}/versions")).json()
        assert [(each["version"], each["removed"]) for each in versions] == [(3, True), (2, False), (1, False)]
        assert template["id"] not in {each["id"] for each in (await hq.get(TEMPLATES)).json()}
        assert (await hq.get(f"{TEMPLATES}/{template['id']}")).json()["removed_at"]

    async def test_are_one_for_each_kind_of_job(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        first = await hq.post(TEMPLATES, titled("总部报告"))
        assert first.status_code == 201, first.text
        second = await hq.post(TEMPLATES, titled("另一份"))
        assert (second.status_code, second.json()["code"]) == (409, "report_template_taken")
        assert second.json()["extra"]["template_id"] == first.json()["id"]
        await hq.client.delete(f"{TEMPLATES}/{first.json()['id']}?version=1", headers=hq.headers)
        assert (await hq.post(TEMPLATES, titled("新的"))).status_code == 201
        listed = (await hq.get(TEMPLATES)).json()
        assert [each["terms"]["wording"]["en"]["title"] for each in listed if each["job_type"] is None] == ["新的"]
        (firm_wide,) = [each["id"] for each in listed if each["job_type"] is None]
        await hq.client.delete(f"{TEMPLATES}/{firm_wide}?version=1", headers=hq.headers)

    async def test_that_cannot_be_used_are_refused(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        for change, status, code, reason in WRONG:
            answer = await hq.post(TEMPLATES, terms() | change)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (change, answer.text)
            assert answer.json().get("extra", {}).get("reason") == reason, change
        assert len((await hq.get(TEMPLATES)).json()) == 1

    async def test_with_characters_that_hide_are_refused(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        answer = await hq.post(TEMPLATES, titled("报告\u0000"))
        assert (answer.status_code, answer.json()["code"]) == (400, "text_forbidden_character")

    async def test_are_headquarters_own(self, firm: Firm) -> None:
        for who in ("desk", "auditor", "tech0"):
            person = await firm.login(who)
            answer = await person.post(TEMPLATES, terms())
            assert answer.status_code == 403
            assert (await person.post(f"{TEMPLATES}/preview")).status_code == 403


class TestLogos:
    async def test_are_handed_in_once_shown_and_seen_in_a_preview(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        answers = [
            await hq.client.post(f"{TEMPLATES}/logos", content=logo("PNG"), headers=hq.headers) for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        shown = await hq.get(f"{TEMPLATES}/logos/{answers[0].json()['digest']}")
        assert shown.headers["content-type"] == "image/png"
        assert hashlib.sha256(shown.content).hexdigest() == answers[0].json()["digest"]
        own = titled("<h1>试试</h1>") | {"logo": answers[0].json()["digest"]}
        said = said_in(await hq.post(f"{TEMPLATES}/preview", {"terms": own, "locale": "en"}))
        assert "<h1>试试</h1>" in said
        assert "PREVIEW" in said
        assert "HailanAppliances" in said
        name, hotline = Text("海澜电器", "Hailan Appliances"), "400-000-0000"
        here = draw(sample("http://testserver.local", "en", name, hotline), Look(shipped(), preview=True), "en")
        assert (await hq.post(f"{TEMPLATES}/preview", {"locale": "en"})).content == here
        for content, reason in ((b"<svg/>", "logo_type"), (logo("PNG", (5000, 5000), "1"), "logo_pixels")):
            answer = await hq.client.post(f"{TEMPLATES}/logos", content=content, headers=hq.headers)
            assert (answer.status_code, answer.json()["extra"]["reason"]) == (422, reason), answer.text
        huge = await hq.client.post(f"{TEMPLATES}/logos", content=b"0" * 3_000_000, headers=hq.headers)
        assert huge.status_code == 413


class TestAPreview:
    async def test_shows_a_completion_without_leaving_a_trace_in_the_ledger(self, made: Made) -> None:
        said = said_in(made.preview)
        assert "李梅" in said
        assert "PREVIEW" in said
        assert made.ledger_of_preview[0] == made.ledger_of_preview[1]

    async def test_of_what_cannot_be_shown_is_refused(self, firm: Firm) -> None:
        hq = await firm.login("hq")
        unknown = await hq.post(f"{TEMPLATES}/preview", {"completion_id": str(uuid.uuid4())})
        assert unknown.status_code == 404
        bad = await hq.post(f"{TEMPLATES}/preview", {"terms": terms(sections=[{"name": "x"}])})
        assert (bad.status_code, bad.json()["extra"]["reason"]) == (422, "section_unknown")
