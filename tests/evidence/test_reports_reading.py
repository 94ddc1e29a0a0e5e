"""What was signed, and what was known beside it, on its way into a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from schemas.evidence import Addendum
from server.evidence.reports.content import Photo, Report, Seal
from server.evidence.reports.reading import Added, Edition, Facts, report_of
from server.evidence.reports.template import shipped
from server.evidence.rules import read_manifest
from server.products.rules.refusal import Text
from tests.evidence.builders import facts as said
from tests.evidence.builders import refused

JOB = "01a207ae-a32f-7084-aafd-d3fe680174ac"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SEAL = Seal("CODE", "https://x.example/verify/CODE", "ab" * 32, NOON)


def known(**more: Any) -> Facts:
    plain: dict[str, Any] = {
        "terms": shipped(),
        "template_version": 0,
        "firm": Text("海澜", "Hailan"),
        "hotline": "",
        "outlet": Text("静安", ""),
        "technician": Text("李", ""),
        "zone": "Asia/Shanghai",
        "job_number": 7,
        "job_type": Text("维修", "Repair"),
        "customer_name": "李梅",
        "customer_address": "",
        "product": Text("冰箱 A", "Fridge A"),
        "serial": "S1",
        "checklist": [("power", Text("断电", "Power off")), ("clean", Text("清洁", "Cleaned"))],
    }
    return Facts(**plain | more)


def read(facts: Facts | None = None, locale: Any = "zh-CN", edition: Edition | None = None, **more: Any) -> Report:
    manifest = read_manifest(said(JOB, form=2, **more))
    assert manifest is not None
    return report_of(manifest, facts or known(), SEAL, {}, edition or Edition(), locale)


class TestWhatWasSigned:
    def test_goes_before_what_is_known(self) -> None:
        report = read(report={"product": "签字时的冰箱", "serial": "S9"})
        assert (report.product, report.serial) == (Text("签字时的冰箱", "Fridge A"), "S9")

    def test_is_completed_by_what_is_known(self) -> None:
        report = read()
        assert (report.product, report.serial) == (Text("冰箱 A", "Fridge A"), "S1")

    def test_of_the_work_comes_in_the_order_that_a_reader_looks_for(self) -> None:
        work = read(report={"zeta": "z", "component": "seal", "diagnosis": "漏", "result": "换", "unit_id": "x"}).work
        assert list(work) == ["diagnosis", "result", "component", "zeta"]

    def test_in_codes_is_told_in_words(self) -> None:
        facts = known(meant={"component": Text("门封", "Door seal"), "fault_code": Text("压缩机", "Compressor")})
        assert read(facts, "en", report={"component": "seal"}).work == {"component": "Door seal"}
        assert read(facts, report={"fault_code": "E5"}).work == {"fault_code": "E5 · 压缩机"}

    def test_is_nothing_but_plain_values(self) -> None:
        odd = {"a": [1], "b": {"c": 1}, "d": None, "e": True, "f": 1.5, "product": 3, "readings": [1], "coverage": {}}
        report = read(report=odd)
        assert dict(report.work) == {"e": "是", "f": "1.5"}
        assert (report.product.zh, report.readings, report.coverage) == ("冰箱 A", {}, "")

    def test_of_the_checklist_comes_in_the_order_of_the_procedure(self) -> None:
        checked = {
            "extra": {"done": False, "text": "另加"},
            "clean": {"done": True},
            "power": {"done": True, "text": "已断电"},
        }
        items = read(checklist=checked).checklist
        assert [(item.text.zh, item.text.en, item.done) for item in items] == [
            ("已断电", "Power off", True),
            ("清洁", "Cleaned", True),
            ("另加", "另加", False),
        ]

    def test_refused_names_the_witness(self) -> None:
        manifest = read_manifest({k: v for k, v in refused(JOB, form=2).items() if v is not None})
        assert manifest is not None
        report = report_of(manifest, known(), SEAL, {}, Edition(), "zh-CN")
        assert report.refused is not None
        assert report.refused.witness is not None
        assert (report.refused.reason, report.refused.witness.name) == ("客户不同意收费", "王强")
        assert report.signer_name == ""


class TestTimes:
    @pytest.mark.parametrize(
        "words", ["gestern", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "1969-01-01T00:00:00Z"]
    )
    def test_that_no_clock_shows_are_left_out(self, words: str) -> None:
        assert read(finished_at=words).finished_at is None

    def test_without_an_offset_are_the_outlets(self) -> None:
        assert read(finished_at="2026-11-23T12:00:00").finished_at == NOON


class TestPromises:
    def test_are_judged_by_the_arrival_that_counts(self) -> None:
        facts = known(respond_by=NOON, arrived_at=NOON - timedelta(hours=1), resolve_by=NOON)
        kept = [(promise.goal, promise.kept) for promise in read(facts, finished_at="2026-11-23T05:00:00Z").promises]
        assert kept == [("arrive", True), ("finish", False)]

    def test_that_nobody_judged_say_nothing(self) -> None:
        assert [promise.kept for promise in read(known(respond_by=NOON)).promises] == [None]


class TestPhotos:
    def test_keep_what_was_signed_of_them(self) -> None:
        named = {"sha256": "ab" * 32, "size": 3, "media_type": "image/jpeg", "taken_at": "2026-11-23T12:00:00+08:00"}
        manifest = read_manifest(said(JOB, form=2, photos=[named | {"caption": "铭牌"}]))
        assert manifest is not None
        shown = {"ab" * 32: Photo("ab" * 32, b"jpeg")}
        (photo,) = report_of(manifest, known(), SEAL, shown, Edition(), "zh-CN").photos
        assert photo == Photo("ab" * 32, b"jpeg", NOON, "铭牌")

    def test_of_an_addendum_come_with_its_note(self) -> None:
        plain = {"form": 2, "job_id": JOB, "extends": "ab" * 32, "note": "补", "made_at": "2026-11-23T12:00:00+08:00"}
        added = Added(digest="cd" * 32, addendum=msgspec.convert(plain, Addendum))
        report = read(edition=Edition(number=2, earlier="ef" * 32, added=[added]))
        (addition,) = report.additions
        assert (addition.made_at, addition.note, addition.digest) == (NOON, "补", "cd" * 32)
        assert (report.edition, report.earlier) == (2, "ef" * 32)


def test_facts_come_back_from_the_database_as_they_went_in() -> None:
    facts = known(parts={"P": Text("件", "Part")}, meant={"component": Text("封", "Seal")}, respond_by=NOON)
    assert msgspec.json.decode(msgspec.json.encode(facts), type=Facts) == facts
