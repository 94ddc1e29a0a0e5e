"""The pure rules of a customer's request: a job as its customer may be told, forms read."""

from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.portal.rules.asked import Asked, Judged, read_judgement, read_request
from server.portal.rules.following import Attempt, Clock, Followed, Visit, attempt_of, attempts_of, first_name, followed
from server.portal.service_pages import span_text
from server.portal.service_texts import OF_SERVICE
from server.portal.texts import say
from tests.portal.asked import WRITTEN

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)  # in Shanghai


def job(**fields: Any) -> dict[str, Any]:
    started = {"opened_at": "2026-11-24T01:00:00+00:00", "respond_by": "2026-11-24T07:00:00+00:00"}
    missing = ("window_start", "window_end", "appointment_at", "finished_at", "resolve_by", "arrival", "completion_id")
    blank = dict.fromkeys(missing) | {"visits_done": []}
    words = {"hold_cause": "", "result": "", "number": 7, "state": "new", "promise_state": "running"}
    return blank | words | started | fields


def shown(technician: tuple[str, str] = ("王小明", "Wang Xiaoming"), **fields: Any) -> Followed:
    return followed(job(**fields), technician, SHANGHAI, NOON)


class TestAJobToItsCustomer:
    def test_has_a_clock_until_the_technician_is_there(self) -> None:
        clock = shown().clock
        assert clock is not None
        assert (clock.goal, clock.state, clock.left, clock.spent) == ("arrive", "unplanned", timedelta(hours=3), 0.5)
        assert clock.due == datetime(2026, 11, 24, 15, tzinfo=SHANGHAI)

    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({"promise_state": "met"}, "met"),
            ({"promise_state": "missed"}, "missed"),
            ({"promise_state": "paused"}, "paused"),
            ({"promise_state": "at_risk"}, "at_risk"),
            ({"respond_by": "2026-11-24T03:59:59+00:00"}, "overdue"),
            ({"respond_by": "2026-11-24T04:00:00+00:00"}, "at_risk"),  # and nobody is planned
            ({"respond_by": "2026-11-24T05:00:00+00:00"}, "unplanned"),
            ({"respond_by": "2026-11-24T04:00:00+00:00", "window_start": "2026-11-24T04:00:00+00:00"}, "running"),
            ({"window_start": "2026-11-24T07:00:00+00:00"}, "running"),
            ({"window_start": "2026-11-24T07:00:01+00:00"}, "at_risk"),
            ({"resolve_by": "2026-11-24T07:00:00+00:00", "arrival": {"at": "2026-11-24T03:00:00+00:00"}}, "running"),
        ],
    )
    def test_reads_its_promise_as_every_face_does(self, fields: dict[str, Any], state: str) -> None:
        clock = shown(**fields).clock
        assert clock is not None
        assert clock.state == state

    @pytest.mark.parametrize("fields", [{"state": "cancelled"}, {"promise_state": "void"}, {"respond_by": None}])
    def test_has_no_clock_without_a_promise(self, fields: dict[str, Any]) -> None:
        assert shown(**fields).clock is None

    @pytest.mark.parametrize(
        ("starts", "seen"),
        [
            ("2026-11-23T16:00:00+00:00", True),
            ("2026-11-24T15:59:59+00:00", True),
            ("2026-11-24T16:00:00+00:00", False),
        ],
    )
    def test_names_the_technician_on_the_outlets_day_alone(self, starts: str, seen: bool) -> None:
        midnight = datetime(2026, 11, 24, tzinfo=SHANGHAI)
        booked = job(state="scheduled", window_start=starts)
        visit = followed(booked, ("王小明", "Wang Xiaoming"), SHANGHAI, midnight).visit
        assert visit is not None
        assert (visit.name, visit.begins is not None) == (("王师傅", True) if seen else ("", False))

    def test_tells_the_half_hours_between_which_somebody_arrives(self) -> None:
        visit = shown(state="accepted", window_start="2026-11-24T06:10:00+00:00").visit
        assert visit is not None
        assert visit.begins is not None
        assert visit.ends is not None
        assert (f"{visit.begins:%H:%M}", f"{visit.ends:%H:%M}", visit.name_en) == ("14:00", "15:00", "Wang")

    @pytest.mark.parametrize(
        ("state", "starts", "seen"),
        [
            ("scheduled", "2026-11-24T02:00:00+00:00", "today"),  # the time has passed, and nobody is there
            ("working", "2026-11-24T03:30:00+00:00", "today"),
            ("working", "2026-11-23T03:30:00+00:00", "today"),  # began yesterday
            ("scheduled", "2026-11-23T03:30:00+00:00", "nothing"),
        ],
    )
    def test_tells_no_time_that_is_over(self, state: str, starts: str, seen: str) -> None:
        visit = shown(state=state, window_start=starts).visit
        assert (visit is None) == (seen == "nothing")
        assert visit is None or (visit.begins is None and visit.name == "王师傅")

    def test_is_exactly_this(self) -> None:
        fields = {kind: set(kind.__struct_fields__) for kind in (Followed, Attempt, Clock, Visit)}
        assert fields == {
            Followed: {
                *("number", "standing", "reached", "opened_at", "clock", "visit"),
                *("appointment_at", "hold_cause", "done_at", "result", "attempt"),
            },
            Attempt: {"reason", "found", "done", "ended_at"},
            Clock: {"goal", "state", "due", "left", "spent"},
            Visit: {"day", "name", "name_en", "begins", "ends"},
        }

    @pytest.mark.parametrize("state", ["new", "declined", "cancelled", "completed", "closed", "cannot_complete"])
    def test_has_no_visit_where_nobody_comes(self, state: str) -> None:
        finished = "2026-11-24T03:00:00+00:00" if state in ("completed", "closed") else None
        assert shown(state=state, window_start="2026-11-24T06:00:00+00:00", finished_at=finished).visit is None

    def test_keeps_what_was_written_to_itself_until_it_is_done(self) -> None:
        assert shown(state="working", result="draft").result == ""
        done = shown(state="completed", result="done", finished_at="2026-11-24T03:00:00+00:00")
        assert (done.result, done.standing, done.reached) == ("done", "done", 5)
        assert shown(state="closed").standing == "ended"

    def test_reads_what_was_signed_of_a_visit_that_ended_without(self) -> None:
        lines = [
            {"id": "a", "event": "cannot_complete", "at": "2026-11-24T01:00:00+00:00"},
            {"id": "b", "event": "cannot_complete", "at": "2026-11-24T02:00:00+00:00"},
            {"id": "c", "event": "arrive", "at": "2026-11-24T03:00:00+00:00"},
        ]
        assert attempts_of(job(visits_done=lines)) == ["b", "a"]
        assert attempts_of(job(visits_done=lines, completion_id="d")) == []
        report = {"diagnosis": "the board is burnt", "result": 7, "readings": {"a": "1"}}
        signed = {"reason": "part missing", "report": report, "finished_at": "2026-11-24T02:00:00Z"}
        attempt = attempt_of(signed, SHANGHAI)
        assert (attempt.reason, attempt.found, attempt.done) == ("part missing", "the board is burnt", "")
        assert attempt.ended_at == datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
        assert attempt_of({"finished_at": "yesterday"}, SHANGHAI).ended_at is None

    @pytest.mark.parametrize(
        ("name", "called"), [("欧阳锋", "欧阳师傅"), ("李四", "李师傅"), ("Anna Smith", "Anna"), ("  ", "")]
    )
    def test_calls_people_as_one_does_at_the_door(self, name: str, called: str) -> None:
        assert first_name(name) == called

    @pytest.mark.parametrize(
        ("span", "said"),
        [
            (timedelta(seconds=59), "under 1 min"),
            (timedelta(hours=2), "2 h"),
            (timedelta(minutes=61), "1 h 1 min"),
            (timedelta(days=2, hours=3, minutes=9), "2 d 3 h"),
        ],
    )
    def test_says_how_long(self, span: timedelta, said: str) -> None:
        assert span_text(span, "en") == said

    def test_says_the_last_minute_as_the_phone_does(self) -> None:
        assert say("clock_left", "zh-CN", time=span_text(timedelta(seconds=59), "zh-CN")) == "剩余不到 1 分钟"
        assert say("clock_left", "zh-CN", time=span_text(timedelta(hours=2), "zh-CN")) == "剩余 2 小时"


class TestForms:
    TODAY = date(2026, 11, 24)

    def test_are_read_with_space_and_digits_put_in_order(self) -> None:
        form = WRITTEN | {"name": "  Li \t Mei ", "words": "a\r\n\r\n\r\n\r\nb ", "day": "2026-12-08"}
        read = read_request(form, {"E5"}, self.TODAY)
        assert isinstance(read, Asked)
        assert (read.name, read.words, read.phone) == ("Li Mei", "a\n\nb", "13800000000")
        assert (read.day, read.symptom) == (date(2026, 12, 8), "other")

    def test_name_every_fault_at_once(self) -> None:
        faults = read_request({"part": "x", "day": "2026-12-09"}, set(), self.TODAY)
        assert not isinstance(faults, Asked)
        assert set(faults) == {"words", "name", "address", "phone", "consent", "day", "part"}
        assert set(faults.values()) <= set(OF_SERVICE)

    def test_a_point_that_was_not_asked_about_is_not_taken(self) -> None:
        read = read_judgement({"solved": "yes", "rating": "5", "conduct.evil": "yes"}, ["conduct_a"])
        assert read == Judged(solved=True, rating=5, conduct={}, words="")


class TestTexts:
    def test_exist_in_both_languages_with_the_same_names(self) -> None:
        for key, text in OF_SERVICE.items():
            assert text.zh, key
            assert _names(text.zh) == _names(text.en), key
            assert not set(text.zh) & set(",;:?!"), key


def _names(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}
