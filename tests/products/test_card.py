"""What a phone carries of a unit: enough to answer the customer, small enough to carry many."""

from datetime import date
from typing import Any

import msgspec

from schemas.catalogue import BomPart
from server.products.rules import card
from tests.products.builders import judged, repair, unit

ON = "2024-09-01"
NO_DAYS: dict[str, Any] = {"installed_on": None, "exchanged_on": None, "withdrawn_on": None}


def notice(number: int, text: str = "请停用。", **fields: Any) -> dict[str, Any]:
    plain = {"id": str(number), "kind": "recall", "severity": "danger", "title": f"召回 {number}", "title_en": ""}
    return plain | {"text": text, "text_en": "", "link": "", "certain": True, "served": False} | fields


def part(**fields: Any) -> BomPart:
    plain = {"id": "0197a0d6-0000-7000-8000-000000000001", "model_id": "0197a0d6-0000-7000-8000-000000000002"}
    known = {"component": "compressor", "part_number": "K-1", "name": "压缩机", "name_en": "", "quantity": 1}
    span = {"serial_from": "", "serial_to": "", "made_from": None, "made_to": None, "version": 1, "retired": False}
    return msgspec.convert(plain | known | span | fields, BomPart)


class TestTheVerdict:
    def test_says_per_component_until_when(self) -> None:
        told = card.verdict_of(judged(unit(), ON))
        assert (told["covered"], told["until"]) == (True, "2026-06-01")
        assert {line["component"]: line["until"] for line in told["lines"]} == {
            "whole_unit": "2026-06-01",
            "main_parts": "2027-06-01",
        }
        assert told["sentence"]["zh"].endswith("。")

    def test_is_small(self) -> None:
        told = card.verdict_of(judged(unit(repairs=(repair("2024-07-01", "2024-07-11"),)), ON))
        assert len(msgspec.json.encode(told)) < 1500


class TestWhatHappened:
    def test_is_told_newest_first_and_no_more_than_a_few(self) -> None:
        many = [repair(f"2024-07-{n:02}", f"2024-07-{n:02}") for n in range(1, 20)]
        told = card.events_of(NO_DAYS | {"installed_on": date(2024, 6, 2)}, many)
        assert [event["on"] for event in told] == [f"2024-07-{n:02}" for n in range(19, 11, -1)]

    def test_says_only_what_there_is_to_say(self) -> None:
        waiting = repair("2024-07-01", None, delay="parts")
        failed = repair("2024-06-20", "2024-06-21", cured=False, fault_code="E5")
        assert card.events_of(NO_DAYS, [failed, waiting]) == [
            {"kind": "repair", "on": "2024-07-01", "until": None, "component": "compressor", "delay": "parts"},
            {
                "kind": "repair",
                "on": "2024-06-20",
                "until": "2024-06-21",
                "component": "compressor",
                "fault_code": "E5",
                "cured": False,
            },
        ]


class TestNotices:
    def test_always_tell_the_worst_whole(self) -> None:
        (told,) = card.notices_of([notice(1, "停" * 9000)])
        assert len(told["text"]) == 9000

    def test_beyond_the_room_there_is_are_told_by_their_title(self) -> None:
        told = card.notices_of([notice(n, "长" * 1500) for n in range(1, 10)])
        assert [("text" in one) for one in told] == [True, True, False, False, False, False]
        assert all(one["title"] for one in told)


class TestParts:
    def test_are_those_that_may_be_in_this_unit(self) -> None:
        parts = [part(), part(part_number="K-2", serial_from="A5", serial_to="A9", quantity=2), part(part_number="K-3")]
        assert [one["part_number"] for one in card.parts_of(parts, "A1", None)] == ["K-1", "K-3"]
        assert card.parts_of(parts, "A7", None)[1] == {
            "component": "compressor",
            "part_number": "K-2",
            "name": "压缩机",
            "quantity": 2,
        }
