import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_sync.fieldtime import BOOTS_KEPT, anchored, correct
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


HOUR = 60 * MINUTE


class Shift:
    """A technician's phone through a working day: real time goes on, its two clocks do what they do. Every push is an
    anchor, as on the server."""

    def __init__(self) -> None:
        self.real = NOON - 9 * HOUR
        self.wall_error = 0
        self.slept = 0
        self.boot, self.booted = "boot-1", self.real - 3 * HOUR
        self.boots: dict[str, int] = {}

    def passes(self, ms: int) -> None:
        self.real += ms

    def sleeps_uncounted(self, ms: int) -> None:
        self.real += ms
        self.slept += ms

    def reboots(self) -> None:
        self.boot, self.booted, self.slept = self.boot + "+", self.real, 0

    def reads(self) -> FieldTime:
        return FieldTime(self.real + self.wall_error, self.real - self.booted - self.slept, self.boot)

    def pushes(self, *readings: FieldTime) -> list[tuple[int, str]]:
        """What becomes of readings in a message that travels a second."""
        sent_at = self.reads()
        self.passes(1_000)
        corrected = [correct(at, sent_at, self.real, None, self.boots) for at in readings]
        self.boots = anchored(self.boots, sent_at, self.real)
        return [(each.ms, each.grade) for each in corrected]


@pytest.fixture
def shift() -> Shift:
    return Shift()


class TestAShift:
    """Guarantee 10, as a clock would break it."""

    @pytest.mark.parametrize("error", [-400 * DAY, -2 * HOUR, 3 * MINUTE, 9 * DAY])
    def test_on_a_wrong_clock_is_exact(self, shift: Shift, error: int) -> None:
        shift.wall_error = error
        arrived, real = shift.reads(), shift.real
        shift.passes(2 * HOUR)
        assert shift.pushes(arrived) == [(real + 1_000, "exact")]

    @pytest.mark.parametrize("jump", [-2 * HOUR, 5 * HOUR])
    def test_whose_clock_jumps_between_two_deeds_keeps_their_order_and_distance(self, shift: Shift, jump: int) -> None:
        arrived, real = shift.reads(), shift.real
        shift.passes(HOUR)
        shift.wall_error = jump
        completed = shift.reads()
        shift.passes(HOUR)
        assert shift.pushes(arrived, completed) == [(real + 1_000, "exact"), (real + HOUR + 1_000, "exact")]

    def test_whose_clock_jumps_between_two_pushes_of_one_boot_is_exact_on_both_sides(self, shift: Shift) -> None:
        assert shift.pushes() == []
        shift.passes(HOUR)
        before, real = shift.reads(), shift.real
        shift.wall_error = -3 * HOUR
        shift.passes(HOUR)
        after = shift.reads()
        assert shift.pushes(before, after) == [(real + 1_000, "exact"), (real + HOUR + 1_000, "exact")]

    def test_set_back_in_the_middle_with_a_reboot_after_it_is_exact_by_the_mornings_push(self, shift: Shift) -> None:
        shift.pushes()
        shift.passes(HOUR)
        shift.wall_error = -2 * HOUR
        arrived, real = shift.reads(), shift.real
        shift.passes(HOUR)
        shift.reboots()
        shift.wall_error = 0
        shift.passes(HOUR)
        assert shift.pushes(arrived) == [(real + 1_000, "exact")]

    def test_without_a_push_before_the_reboot_is_only_estimated(self, shift: Shift) -> None:
        shift.wall_error = -2 * HOUR
        arrived, real = shift.reads(), shift.real
        shift.reboots()
        shift.passes(HOUR)
        assert shift.pushes(arrived) == [(real + 1_000, "estimated")]

    def test_set_right_between_the_work_and_the_reboot_is_estimated_and_wrong(self, shift: Shift) -> None:
        """The limit, with its size: an error that is put right before the first push of the boot cannot be known."""
        shift.wall_error = -2 * HOUR
        arrived, real = shift.reads(), shift.real
        shift.wall_error = 0
        shift.reboots()
        shift.passes(HOUR)
        assert shift.pushes(arrived) == [(real - 2 * HOUR + 1_000, "estimated")]

    def test_in_a_pocket_is_exact_when_the_clock_counts_sleep(self, shift: Shift) -> None:
        shift.pushes()
        arrived, real = shift.reads(), shift.real
        shift.passes(8 * HOUR)
        assert shift.pushes(arrived) == [(real + 1_000, "exact")]

    def test_in_a_pocket_is_estimated_and_right_when_it_does_not(self, shift: Shift) -> None:
        shift.pushes()
        shift.passes(HOUR)
        before, real = shift.reads(), shift.real
        shift.sleeps_uncounted(3 * HOUR)
        after = shift.reads()
        shift.passes(MINUTE)
        assert shift.pushes(before, after) == [(real + 1_000, "estimated"), (real + 3 * HOUR + 1_000, "estimated")]

    def test_whose_push_is_delivered_once_more_in_the_evening_stays_exact(self, shift: Shift) -> None:
        morning = shift.reads()
        shift.pushes()
        arrived, real = shift.reads(), shift.real
        shift.passes(6 * HOUR)
        shift.boots = anchored(shift.boots, morning, shift.real)
        shift.reboots()
        assert shift.pushes(arrived) == [(real + 1_000, "exact")]

    def test_remembers_so_many_boots_and_no_more(self, shift: Shift) -> None:
        for _ in range(BOOTS_KEPT + 3):
            shift.pushes()
            shift.passes(MINUTE)
            shift.reboots()
        assert len(shift.boots) == BOOTS_KEPT
        assert "boot-1" not in shift.boots


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

boots = st.dictionaries(st.sampled_from("abc"), st.integers(-(2**62), 2**62))


class TestAnyReading:
    @given(readings, readings, st.one_of(st.none(), st.integers(0, 2**62)), boots)
    def test_lies_between_a_month_ago_and_now_and_keeps_the_raw_value(
        self, at: FieldTime, sent: FieldTime, floor: int | None, boots: dict[str, int]
    ) -> None:
        corrected = correct(at, sent, NOON, floor, boots)
        assert NOON - 30 * DAY <= corrected.ms <= NOON
        assert corrected.raw is at
