"""Whether a source that failed is asked again."""

from server.dispatch.travel.breaker import FIRST_PAUSE_S, IN_A_ROW, LONGEST_PAUSE_S, Breaker


def opened(at: float = 0) -> Breaker:
    breaker = Breaker()
    for _ in range(IN_A_ROW):
        assert breaker.admits(at)
        breaker.failed(at)
    return breaker


class TestASourceThatFails:
    def test_is_asked_until_it_failed_three_times_in_a_row(self) -> None:
        breaker = Breaker()
        for _ in range(IN_A_ROW - 1):
            breaker.failed(0)
        assert breaker.admits(0)
        breaker.answered()
        breaker.failed(0)
        assert breaker.admits(0)
        assert not opened().admits(0)

    def test_is_tried_by_one_question_after_the_pause(self) -> None:
        breaker = opened()
        assert not breaker.admits(FIRST_PAUSE_S - 1)
        assert breaker.admits(FIRST_PAUSE_S)
        assert not breaker.admits(FIRST_PAUSE_S)

    def test_that_fails_the_trial_pauses_for_twice_as_long_up_to_a_limit(self) -> None:
        breaker, now, pauses = opened(), 0.0, []
        for _ in range(6):
            now = breaker.until
            assert breaker.admits(now)
            breaker.failed(now)
            pauses.append(breaker.pause_s)
        assert pauses == [60, 120, 240, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]

    def test_that_answers_the_trial_is_asked_as_before(self) -> None:
        breaker = opened()
        assert breaker.admits(FIRST_PAUSE_S)
        breaker.answered()
        assert breaker.admits(FIRST_PAUSE_S)
        assert not breaker.is_open

    def test_whose_trial_nobody_waited_for_is_tried_again(self) -> None:
        breaker = opened()
        assert breaker.admits(FIRST_PAUSE_S)
        breaker.released()
        assert breaker.admits(FIRST_PAUSE_S)

    def test_late_faults_of_the_same_moment_make_the_pause_no_longer(self) -> None:
        breaker = opened()
        breaker.failed(5)
        assert breaker.until == FIRST_PAUSE_S
