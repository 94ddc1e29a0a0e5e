"""Which repair a job is, read off the job: situations in a table, and nothing depends on the order of handing in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.jobs.rules.repair import Work, installed_on, leaves_a_trace, repair_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_1 = datetime(2026, 3, 1, 2, tzinfo=UTC)
PARTS, AWAY, CLOSED_DOOR = "waiting_for_parts", "customer_asked_later", "no_access"


def line(event: str, number: int, cause: str | None = None, grade: str = "exact", hour: int = 0) -> dict[str, Any]:
    """Something done on the day of that number."""
    at = (DAY_1 + timedelta(days=number - 1, hours=hour)).isoformat()
    said = {"id": f"{number}-{hour}-{event}", "event": event, "at": at, "grade": grade, "technician_id": "t"}
    return said | ({} if cause is None else {"cause": cause})


def job(state: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    finished = [each["at"] for each in lines if each["event"] == "complete"]
    counts = state in ("completed", "closed") and finished
    plain = {
        "unit_id": "u",
        "job_type": "repair",
        "state": state,
        "opened_at": DAY_1.isoformat(),
        "visits_done": list(lines),
        "arrival": None,
        "finished_at": finished[-1] if counts else None,
        "completion_id": "c" if counts else None,
        "deleted_at": None,
        "outlet_id": "o",
    }
    return plain | fields


def told(work: Work | None) -> tuple[int, int | None, bool, str | None] | None:
    """(began, over, cured, delay), by the number of the day."""
    if work is None:
        return None
    over = None if work.finished_on is None else work.finished_on.day
    return work.started_on.day, over, work.cured, work.delay


SITUATIONS: tuple[tuple[str, dict[str, Any], tuple[int, int | None, bool, str | None] | None], ...] = (
    ("nobody was there", job("scheduled"), None),
    ("somebody is there for the first time", job("working", line("arrive", 1)), None),
    ("done in one visit", job("completed", line("arrive", 1), line("complete", 1, hour=1)), (1, 1, True, None)),
    ("done without saying more", job("completed", line("complete", 2)), (2, 2, True, None)),
    ("left for parts", job("paused", line("arrive", 1), line("pause", 1, PARTS, hour=1)), (1, None, True, "parts")),
    (
        "left for parts, moved to another day",
        job("scheduled", line("arrive", 1), line("pause", 1, PARTS, hour=1)),
        (1, None, True, "parts"),
    ),
    (
        "left for parts, then done",
        job("completed", line("arrive", 1), line("pause", 1, PARTS, hour=1), line("complete", 9)),
        (1, 9, True, None),
    ),
    ("left for lunch", job("paused", line("arrive", 1), line("pause", 1, hour=1)), (1, None, True, None)),
    ("left for the customer", job("paused", line("arrive", 1), line("pause", 1, AWAY, hour=1)), None),
    (
        "left for the customer, then done",
        job("completed", line("arrive", 1), line("pause", 1, AWAY, hour=1), line("arrive", 5), line("complete", 6)),
        (5, 6, True, None),
    ),
    (
        "for parts, then nobody at home",
        job("paused", line("pause", 1, PARTS), line("pause", 5, CLOSED_DOOR)),
        (1, None, True, "parts"),
    ),
    ("could not be done", job("cannot_complete", line("arrive", 1), line("cannot_complete", 2)), (1, 2, False, None)),
    ("could not, for parts", job("cannot_complete", line("cannot_complete", 2, PARTS)), (2, None, True, "parts")),
    ("could not, closed door", job("cannot_complete", line("cannot_complete", 2, CLOSED_DOOR)), None),
    ("could not, and given up", job("closed", line("cannot_complete", 3, PARTS)), (3, 3, False, None)),
    ("could not, and given up, closed door", job("closed", line("cannot_complete", 3, CLOSED_DOOR)), None),
    ("taken up again", job("new", line("arrive", 1), line("complete", 2)), (1, None, True, None)),
    ("cancelled, done all the same", job("cancelled", line("complete", 2)), None),
    ("deleted", job("completed", line("complete", 2), deleted_at=DAY_1.isoformat()), None),
    ("for no product", job("completed", line("complete", 2), unit_id=None), None),
    ("another kind of job", job("completed", line("complete", 2), job_type="repairs"), None),
    ("a kind of repair", job("completed", line("complete", 2), job_type="repair_gas"), (2, 2, True, None)),
    (
        "an arrival nobody can believe",
        job("completed", line("arrive", 1, grade="suspect"), line("complete", 3)),
        (3, 3, True, None),
    ),
    (
        "nothing can be believed",
        job("completed", line("arrive", 1, grade="suspect"), line("complete", 3, grade="suspect")),
        (1, 3, True, None),
    ),
)


class TestTheRepairThatAJobIs:
    @pytest.mark.parametrize(("name", "fields", "expected"), SITUATIONS, ids=[name for name, _, _ in SITUATIONS])
    def test_is_read_off_the_job(self, name: str, fields: dict[str, Any], expected: Any) -> None:
        assert told(repair_of(fields, None, SHANGHAI)) == expected

    @pytest.mark.parametrize(("name", "fields", "expected"), SITUATIONS, ids=[name for name, _, _ in SITUATIONS])
    def test_is_never_missed_by_the_quick_look(self, name: str, fields: dict[str, Any], expected: Any) -> None:
        assert expected is None or leaves_a_trace(fields)

    def test_has_the_days_of_the_outlet(self) -> None:
        late = job("completed", line("complete", 1, hour=15))  # 01:00 of the next day in Shanghai
        assert told(repair_of(late, None, SHANGHAI)) == (2, 2, True, None)
        assert told(repair_of(late, None, UTC)) == (1, 1, True, None)

    @pytest.mark.parametrize(
        ("report", "expected"),
        [
            ({"component": "compressor", "fault_code": "E5", "cured": False}, ("compressor", "E5", False)),
            ({"component": "Compressor", "fault_code": "E\x00", "cured": 0}, ("whole_unit", "", True)),
            ({"component": "é", "fault_code": "x" * 65}, ("whole_unit", "", True)),
            ({"component": "x" * 65, "fault_code": None}, ("whole_unit", "", True)),
            ([], ("whole_unit", "", True)),
            (None, ("whole_unit", "", True)),
        ],
    )
    def test_is_of_what_the_report_says(self, report: Any, expected: tuple[str, str, bool]) -> None:
        work = repair_of(job("completed", line("complete", 1)), {"report": report}, SHANGHAI)
        assert work is not None
        assert (work.component, work.fault_code, work.cured) == expected


_LINES = st.builds(
    line,
    st.sampled_from(["arrive", "pause", "complete", "cannot_complete"]),
    st.integers(1, 20),
    st.sampled_from([None, PARTS, AWAY, CLOSED_DOOR]),
    st.sampled_from(["exact", "estimated", "suspect"]),
    st.integers(0, 12),
)
_STATES = st.sampled_from(["new", "scheduled", "working", "paused", "completed", "closed", "cannot_complete"])


class TestAnyCourseOfVisits:
    @given(
        _STATES,
        st.lists(_LINES, max_size=6, unique_by=lambda one: one["id"]).flatmap(
            lambda lines: st.tuples(st.just(lines), st.permutations(lines))
        ),
    )
    def test_is_the_same_repair_in_whatever_order_it_was_handed_in(self, state: str, orders: Any) -> None:
        first, second = orders
        finished = max((each["at"] for each in first if each["event"] == "complete"), default=None)
        ended = {"finished_at": finished if state in ("completed", "closed") else None}
        works = [repair_of(job(state, *lines, **ended), None, SHANGHAI) for lines in (first, second)]
        assert works[0] == works[1]
        if works[0] is not None:
            assert leaves_a_trace(job(state, *first, **ended))
            assert works[0].reported_on <= works[0].started_on
            assert works[0].finished_on is None or works[0].started_on <= works[0].finished_on


class TestAnInstallation:
    def test_is_on_the_day_it_was_finished(self) -> None:
        done = job("completed", line("complete", 4), job_type="installation")
        assert installed_on(done, SHANGHAI) == date(2026, 3, 4)
        assert repair_of(done, None, SHANGHAI) is None

    @pytest.mark.parametrize("state", ["new", "working", "cancelled", "cannot_complete"])
    def test_is_not_while_it_is_not_finished(self, state: str) -> None:
        assert installed_on(job(state, line("pause", 4), job_type="installation"), SHANGHAI) is None
