from hypothesis import given
from hypothesis import strategies as st

from offline_sync.fieldtime import correct
from offline_sync.operation import FieldTime
from tests.offline_sync.builders import DAY, MINUTE, NOON, instant


class TestReadingFromTheBootItIsSentFrom:
    def test_is_exact_whatever_the_wall_clock_says(self) -> None:
        at = FieldTime(wall_ms=5, monotonic_ms=1_000, boot_id="b")
        sent = FieldTime(wall_ms=NOON + 9 * DAY, monotonic_ms=61_000, boot_id="b")
        corrected = correct(at, sent, received_ms=NOON)
        assert (corrected.ms, corrected.grade) == (NOON - MINUTE, "exact")

    def test_sent_at_the_same_moment_is_now(self) -> None:
        assert correct(instant(), instant(), NOON).ms == NOON

    def test_going_backwards_is_suspect_and_not_in_the_future(self) -> None:
        corrected = correct(FieldTime(0, 2_000, "b"), FieldTime(0, 1_000, "b"), NOON)
        assert (corrected.ms, corrected.grade) == (NOON, "suspect")


class TestReadingFromAnEarlierBoot:
    def test_is_estimated_from_the_error_of_the_wall_clock(self) -> None:
        at = FieldTime(wall_ms=1_000_000, monotonic_ms=9, boot_id="before")
        sent = FieldTime(wall_ms=1_000_000 + MINUTE, monotonic_ms=5, boot_id="after")
        corrected = correct(at, sent, NOON)
        assert (corrected.ms, corrected.grade) == (NOON - MINUTE, "estimated")

    def test_after_the_sending_is_suspect(self) -> None:
        corrected = correct(instant(NOON + 1, "before"), instant(NOON, "after"), NOON)
        assert (corrected.ms, corrected.grade) == (NOON, "suspect")


class TestUnbelievableTime:
    def test_before_the_job_was_opened_is_suspect_and_lifted_to_it(self) -> None:
        corrected = correct(instant(NOON - 2 * MINUTE), instant(), NOON, floor_ms=NOON - MINUTE)
        assert (corrected.ms, corrected.grade) == (NOON - MINUTE, "suspect")

    def test_at_the_very_moment_it_was_opened_is_believed(self) -> None:
        assert correct(instant(NOON - MINUTE), instant(), NOON, floor_ms=NOON - MINUTE).grade == "exact"

    def test_a_month_in_a_drawer_is_suspect(self) -> None:
        corrected = correct(instant(NOON - 31 * DAY), instant(), NOON)
        assert (corrected.ms, corrected.grade) == (NOON - 30 * DAY, "suspect")

    def test_a_floor_in_the_future_never_lifts_beyond_now(self) -> None:
        assert correct(instant(NOON - MINUTE), instant(), NOON, floor_ms=NOON + DAY).ms == NOON


readings = st.builds(FieldTime, st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62), st.sampled_from("ab"))


class TestAnyReading:
    @given(readings, readings, st.one_of(st.none(), st.integers(0, 2**62)))
    def test_lies_between_a_month_ago_and_now_and_keeps_the_raw_value(
        self, at: FieldTime, sent: FieldTime, floor: int | None
    ) -> None:
        corrected = correct(at, sent, NOON, floor)
        assert NOON - 30 * DAY <= corrected.ms <= NOON
        assert corrected.raw is at
