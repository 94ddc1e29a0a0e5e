"""Whether a notice concerns a unit: every criterion, its boundaries, and what is not on record."""

from datetime import date
from typing import Any

import pytest

from schemas.errors import Code
from schemas.notices import Concern
from server.products.rules.bom import Span, fits, span_fault
from server.products.rules.notices import Match, Traits, concern_fault, is_told, matched

GTIN = "06901234567892"
NO, UNSURE, YES = Match.NO, Match.UNSURE, Match.YES


def unit(**traits: Any) -> Traits:
    known: dict[str, Any] = {
        "gtin": GTIN,
        "line_code": "television",
        "serial": "K0500",
        "lot": "L7",
        "manufactured_on": day("2024-05-10"),
    }
    return Traits(**(known | traits))


def day(text: str) -> date:
    return date.fromisoformat(text)


def concern(**said: Any) -> Concern:
    return Concern(**({"gtins": [GTIN]} | said))


class TestAConcern:
    @pytest.mark.parametrize(
        ("said", "traits", "match"),
        [
            ({}, {}, YES),
            ({}, {"gtin": "09506000134352"}, NO),
            ({"gtins": [], "line_code": "television"}, {}, YES),
            ({"gtins": [], "line_code": "refrigerator"}, {}, NO),
            # serials: ends included, of one length, character by character
            ({"serial_from": "K0500", "serial_to": "K0500"}, {}, YES),
            ({"serial_from": "K0501", "serial_to": "K0999"}, {}, NO),
            ({"serial_from": "K0001", "serial_to": "K0499"}, {}, NO),
            ({"serial_from": "K0001", "serial_to": "K0999"}, {"serial": "K00500"}, NO),
            ({"serial_from": "K0001", "serial_to": "K0999"}, {"serial": "K500"}, NO),
            ({"serial_from": "K0001", "serial_to": "K0999"}, {"serial": "k0500"}, NO),
            ({"serial_from": "K0001", "serial_to": "K0999"}, {"serial": "K0A00"}, NO),
            ({"serial_from": "K0001", "serial_to": "K0Z99"}, {"serial": "K0A00"}, YES),
            # lots
            ({"lots": ["L6", "L7"]}, {}, YES),
            ({"lots": ["L6"]}, {}, NO),
            ({"lots": ["l7"]}, {}, NO),
            ({"lots": ["L7"]}, {"lot": ""}, UNSURE),
            # days of manufacture: ends included
            ({"made_from": day("2024-05-10"), "made_to": day("2024-05-10")}, {}, YES),
            ({"made_from": day("2024-05-11")}, {}, NO),
            ({"made_to": day("2024-05-09")}, {}, NO),
            ({"made_from": day("2024-05-10")}, {}, YES),
            ({"made_to": day("2024-05-10")}, {"manufactured_on": None}, UNSURE),
            # what is said holds together, and what is known decides first
            ({"lots": ["L7"], "made_from": day("2024-05-11")}, {}, NO),
            ({"lots": ["L6"], "made_from": day("2024-05-01")}, {"manufactured_on": None}, NO),
            ({"lots": ["L7"], "made_from": day("2024-05-11")}, {"lot": ""}, NO),
            ({"lots": ["L7"], "made_from": day("2024-05-01")}, {"lot": ""}, UNSURE),
        ],
    )
    def test_means_a_unit(self, said: dict[str, Any], traits: dict[str, Any], match: Match) -> None:
        assert matched([concern(**said)], unit(**traits)) is match

    def test_among_several_the_surest_counts(self) -> None:
        unsure, no = concern(lots=["L7"]), concern(serial_from="K0001", serial_to="K0002")
        assert matched([no, unsure], unit(lot="")) is UNSURE
        assert matched([no, unsure, concern()], unit(lot="")) is YES
        assert matched([], unit()) is NO

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"gtins": []}, Code.INVALID),
            ({"line_code": "television"}, Code.INVALID),
            ({"gtins": ["06901234567893"]}, Code.GTIN_INVALID),
            ({"serial_from": "K1"}, Code.SERIAL_RANGE_INVALID),
            ({"serial_to": "K1"}, Code.SERIAL_RANGE_INVALID),
            ({"serial_from": "K9", "serial_to": "K10"}, Code.SERIAL_RANGE_INVALID),
            ({"serial_from": "K2", "serial_to": "K1"}, Code.SERIAL_RANGE_INVALID),
            ({"serial_from": "K一", "serial_to": "K二"}, Code.SERIAL_RANGE_INVALID),
            ({"made_from": day("2024-05-02"), "made_to": day("2024-05-01")}, Code.ENDS_BEFORE_START),
        ],
    )
    def test_that_can_mean_nothing_is_refused(self, said: dict[str, Any], code: Code) -> None:
        fault = concern_fault(concern(**said))
        assert fault is not None
        assert fault[0] is code

    def test_that_means_something_is_not(self) -> None:
        assert concern_fault(concern(serial_from="K0", serial_to="KZ", made_from=day("2024-01-01"))) is None


class TestWhenANoticeIsTold:
    @pytest.mark.parametrize(
        ("today", "told"), [("2024-04-30", False), ("2024-05-01", True), ("2024-05-31", True), ("2024-06-01", False)]
    )
    def test_from_its_first_day_to_its_last(self, today: str, told: bool) -> None:
        assert is_told("recall", day("2024-05-01"), day("2024-05-31"), day(today), technician=False) is told

    def test_a_bulletin_to_technicians_only(self) -> None:
        since = day("2024-05-01")
        assert not is_told("bulletin", since, None, since, technician=False)
        assert is_told("bulletin", since, None, since, technician=True)


class TestAMainPart:
    def test_fits_where_nothing_on_record_rules_it_out(self) -> None:
        span = Span("K0001", "K0999", day("2024-01-01"), None)
        assert span_fault(span) is None
        assert fits(span, "K0999", day("2024-01-01"))
        assert fits(span, "K0001", None)
        assert not fits(span, "K1000", None)
        assert not fits(span, "K0001", day("2023-12-31"))
        assert fits(Span(), "anything", None)
