"""The pure rules of a customer's request: pictures by their header, a job as its customer may be told, forms read."""

import io
import struct
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from server.portal.rules.asked import Asked, Judged, read_judgement, read_request
from server.portal.rules.following import Clock, Followed, Visit, first_name, followed
from server.portal.rules.picture import Picture, picture_of
from server.portal.service_pages import span_text
from server.portal.service_texts import OF_SERVICE
from tests.portal.asked import WRITTEN, png

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)  # in Shanghai


def drawn(kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (70, 50), "red").save(file, kind, **how)
    return file.getvalue()


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def heic(width: int, height: int, brand: bytes = b"heic") -> bytes:
    def ispe(width: int, height: int) -> bytes:
        return box(b"ispe", struct.pack(">III", 0, width, height))

    extents = box(b"iprp", box(b"ipco", ispe(512, 512) + ispe(width, height)))
    return box(b"ftyp", brand + struct.pack(">I", 0) + b"mif1" + brand) + box(b"meta", bytes(4) + extents)


class TestPictures:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (drawn("JPEG"), "image/jpeg"),
            (drawn("JPEG", progressive=True, exif=b"Exif\0\0" + bytes(60_000)), "image/jpeg"),
            (drawn("PNG"), "image/png"),
            (drawn("WEBP"), "image/webp"),
            (drawn("WEBP", lossless=True), "image/webp"),
            (drawn("WEBP", exif=b"Exif\0\0" + bytes(60)), "image/webp"),
            (heic(70, 50) + bytes(99), "image/heic"),
        ],
    )
    def test_are_known_by_their_header(self, content: bytes, kind: str) -> None:
        expected = (512, 512) if kind == "image/heic" else (70, 50)
        assert picture_of(content) == Picture(kind, *expected)

    def test_tell_the_size_they_claim(self) -> None:
        assert picture_of(png(60_000, 60_000)) == Picture("image/png", 60_000, 60_000)
        assert picture_of(heic(9000, 7000)) == Picture("image/heic", 9000, 7000)

    def test_of_other_kinds_or_cut_anywhere_are_none(self) -> None:
        for other in (b"", b"GIF89a" + bytes(99), b"%PDF-1.7", b"<svg/>", heic(1, 1, b"avif"), drawn("BMP")):
            assert picture_of(other) is None
        for whole in (drawn("JPEG"), drawn("PNG"), drawn("WEBP"), heic(70, 50)):
            for length in range(0, min(len(whole), 400), 3):
                picture_of(whole[:length])  # never raises

    def test_nested_without_end_come_to_an_end(self) -> None:
        evil = box(b"ftyp", b"heic" + bytes(4) + b"heic") + box(b"meta", bytes(4)) * 9000
        assert picture_of(evil) is None
        assert picture_of(box(b"ftyp", b"heic" + bytes(4)) + struct.pack(">I4s", 1, b"meta") + b"\xff" * 8) is None


def job(**fields: Any) -> dict[str, Any]:
    started = {"opened_at": "2026-11-24T01:00:00+00:00", "respond_by": "2026-11-24T07:00:00+00:00"}
    blank = dict.fromkeys(("window_start", "window_end", "appointment_at", "finished_at", "resolve_by", "arrival"))
    words = {"hold_cause": "", "result": "", "number": 7, "state": "new", "promise_state": "running"}
    return blank | words | started | fields


def shown(technician: tuple[str, str] = ("王小明", "Wang Xiaoming"), **fields: Any) -> Followed:
    return followed(job(**fields), technician, SHANGHAI, NOON)


class TestAJobToItsCustomer:
    def test_has_a_clock_until_the_technician_is_there(self) -> None:
        clock = shown().clock
        assert clock is not None
        assert (clock.goal, clock.state, clock.left, clock.spent) == ("arrive", "running", timedelta(hours=3), 0.5)
        assert clock.due == datetime(2026, 11, 24, 15, tzinfo=SHANGHAI)

    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({"promise_state": "met"}, "met"),
            ({"promise_state": "missed"}, "missed"),
            ({"promise_state": "paused"}, "paused"),
            ({"promise_state": "at_risk"}, "at_risk"),
            ({"respond_by": "2026-11-24T03:59:59+00:00"}, "overdue"),
            ({"respond_by": "2026-11-24T04:00:00+00:00"}, "running"),
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
        fields = {kind: set(kind.__struct_fields__) for kind in (Followed, Clock, Visit)}
        assert fields == {
            Followed: {
                *("number", "standing", "reached", "opened_at", "clock", "visit"),
                *("appointment_at", "hold_cause", "done_at", "result"),
            },
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

    @pytest.mark.parametrize(
        ("name", "called"), [("欧阳锋", "欧阳师傅"), ("李四", "李师傅"), ("Anna Smith", "Anna"), ("  ", "")]
    )
    def test_calls_people_as_one_does_at_the_door(self, name: str, called: str) -> None:
        assert first_name(name) == called

    @pytest.mark.parametrize(
        ("span", "said"),
        [
            (timedelta(seconds=59), "0 min"),
            (timedelta(minutes=61), "1 h 1 min"),
            (timedelta(days=2, hours=3, minutes=9), "2 d 3 h"),
        ],
    )
    def test_says_how_long(self, span: timedelta, said: str) -> None:
        assert span_text(span, "en") == said


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
