from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.accounts import Role
from schemas.errors import Code
from server.accounts.rules import (
    BY_ADDRESS,
    BY_NAME,
    GRANTS,
    PLACES,
    Failures,
    Lockout,
    Place,
    RefreshState,
    charge,
    judge_refresh,
    may_grant,
    misfit,
    place_of,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after_failures(count: int, policy: Lockout = BY_NAME) -> Failures:
    """`count` failures, each made the moment it was allowed."""
    failures, now = None, NOON
    for _ in range(count):
        failures = charge(failures, policy, now)
        assert failures is not None
        now = failures.locked_until or now
    assert failures is not None
    return failures


def wait_after(count: int, policy: Lockout = BY_NAME) -> timedelta:
    failures = after_failures(count, policy)
    return (failures.locked_until or failures.last_at) - failures.last_at


class TestFailedLoginsOfOneName:
    def test_a_few_cost_nothing(self) -> None:
        assert wait_after(4) == timedelta(0)

    def test_then_each_waits_twice_as_long_as_the_one_before_up_to_a_quarter_of_an_hour(self) -> None:
        waits = [wait_after(n).total_seconds() for n in range(5, 13)]
        assert waits == [30, 60, 120, 240, 480, 900, 900, 900]

    def test_nothing_is_tried_while_locked(self) -> None:
        locked = after_failures(5)
        assert charge(locked, BY_NAME, NOON + timedelta(seconds=29)) is None
        assert charge(locked, BY_NAME, NOON + timedelta(seconds=30)) is not None

    def test_a_day_without_any_is_forgotten(self) -> None:
        later = charge(after_failures(12), BY_NAME, NOON + timedelta(days=3))
        assert later is not None
        assert (later.count, later.locked_until) == (1, None)

    @given(st.integers(1, 2000))
    def test_no_count_locks_longer_than_the_longest(self, count: int) -> None:
        made = charge(Failures(count, NOON, None), BY_NAME, NOON)
        assert made is not None
        assert (made.locked_until or NOON) - NOON <= BY_NAME.longest

    @pytest.mark.parametrize("policy", [BY_NAME, BY_ADDRESS])
    def test_waits_never_shrink(self, policy: Lockout) -> None:
        waits = [wait_after(n, policy) for n in range(1, policy.free + 10)]
        assert all(earlier <= later for earlier, later in pairwise(waits))


class TestRolesSomebodyMayGive:
    def test_nobody_gives_a_role_above_their_own(self) -> None:
        assert not may_grant(Role.OUTLET_MANAGER, Role.CENTRE_MANAGER)
        assert not may_grant(Role.CENTRE_MANAGER, Role.HQ_MANAGER)

    @pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DISPATCHER, Role.AUDITOR])
    def test_who_is_no_manager_gives_none(self, role: Role) -> None:
        assert not any(may_grant(role, other) for other in Role)

    def test_what_a_manager_may_give_the_one_above_may_too(self) -> None:
        assert GRANTS[Role.OUTLET_MANAGER] < GRANTS[Role.CENTRE_MANAGER] < GRANTS[Role.HQ_MANAGER] == set(Role)


class TestPlacesOfRoles:
    def test_every_role_has_one(self) -> None:
        assert set(PLACES) == set(Role)

    def test_the_lowest_known_place_counts(self) -> None:
        assert place_of(None, None) is Place.HEADQUARTERS
        assert place_of(uuid4(), None) is Place.CENTRE
        assert place_of(uuid4(), uuid4()) is Place.OUTLET

    def test_a_technicians_login_needs_the_technician_and_no_other_login_has_one(self) -> None:
        assert misfit(Role.TECHNICIAN, Place.OUTLET, uuid4()) is None
        assert misfit(Role.TECHNICIAN, Place.OUTLET, None) is not None
        assert misfit(Role.DISPATCHER, Place.OUTLET, uuid4()) is not None

    def test_a_centre_manager_does_not_stand_at_an_outlet(self) -> None:
        assert misfit(Role.CENTRE_MANAGER, Place.OUTLET, None) is not None


class TestARefreshToken:
    LATER = NOON + timedelta(days=1)

    @pytest.mark.parametrize(
        ("token", "verdict"),
        [
            (None, Code.TOKEN_INVALID),
            (RefreshState(LATER, None, None), None),
            (RefreshState(NOON, None, None), Code.TOKEN_EXPIRED),
            (RefreshState(LATER, NOON, None), None),
            (RefreshState(LATER, NOON, None, followed=True), Code.REFRESH_REUSED),
            (RefreshState(LATER, None, NOON), Code.REFRESH_REUSED),
            (RefreshState(NOON, NOON, None), Code.TOKEN_EXPIRED),
            (RefreshState(NOON, NOON, None, followed=True), Code.REFRESH_REUSED),
        ],
        ids=["unknown", "fresh", "expired", "answer_lost", "used", "revoked", "lost_and_expired", "used_and_expired"],
    )
    def test_is_judged_by_its_state(self, token: RefreshState | None, verdict: Code | None) -> None:
        assert judge_refresh(token, NOON) == verdict
