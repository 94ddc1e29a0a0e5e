"""What people do with policies: making the next version, approving one that promises less, ending one, asking which
one binds and why. Headquarters make any; a centre makes policies for its own outlets, and one that promises less than
headquarters do waits for their approval."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.commitments import BindingPolicy, ConsideredPolicy, NewPolicy, Policy, Sentence
from schemas.errors import Code
from schemas.quotes import QuoteRequest
from server.commitments import store
from server.commitments.actions import Case
from server.commitments.book import Book, made_calendar, rule_of
from server.commitments.calendars import is_seen, refuse, refuse_unbelievable
from server.commitments.rules.binding import VERDICTS, Bound
from server.commitments.rules.calendar import Calendar
from server.commitments.rules.comparison import Place, shortfall, shortfall_in_words
from server.commitments.rules.policy import PAUSING, Considered, check_policy
from server.commitments.rules.policy import Policy as PolicyRule
from server.commitments.rules.said import Said
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller, Scope
from server.platform.errors import Refused

#: Whether a job can ever be of this job type, product category, customer tier: condition → asked of its feature.
Known = Mapping[str, Callable[[str], Awaitable[bool]]]

_ALL_OUTLETS = 100_000


# --------------------------------------------------------------------------------------------------------------- making


async def add_policy(new: NewPolicy) -> Policy:
    """Headquarters', for whoever builds a firm: it binds at once. Raises as `make_policy`."""
    book = await Book.read()
    row = _row(new, clock.now())
    _check(row, book, None)
    async with db.transaction():
        return await _keep(row)


async def make_policy(caller: Caller, new: NewPolicy, known: Known) -> Policy:
    """Raises `Refused`: `calendar_unknown`, `policy_matches_nothing`, `policy_promises_nothing`,
    `policy_promise_not_positive`, `policy_promise_twice`, `policy_promise_too_long`, `policy_ends_before_it_starts`,
    `policy_step_twice`, `policy_code_taken`, `time_out_of_range`; `forbidden` for a place outside the caller's."""
    row = await considered(caller, new, known, await Book.read())
    async with db.transaction():
        return await _keep(row)


async def considered(caller: Caller, new: NewPolicy, known: Known, book: Book) -> dict[str, Any]:
    """The row that would be made, with its standing; nothing is kept. Raises as `make_policy`, but for its code and
    when it begins."""
    row = _row(new, clock.now()) | {"owner_centre_id": caller.centre_id, "made_by": caller.user_id}
    row |= {"centre_id": _centre(caller, new)}
    await _refuse_empty(row, known)
    _check(row, book, caller.centre_id)
    return row | (await _compared(row, book, caller.scope) if caller.centre_id is not None else {})


def _row(new: NewPolicy, now: datetime) -> dict[str, Any]:
    plain = msgspec.structs.asdict(new)
    return plain | {
        "id": clock.new_id(),
        "effective_from": new.effective_from or now,
        "pausing": sorted(PAUSING if new.pausing is None else set(new.pausing)),
        "steps": msgspec.to_builtins(new.steps),
        "owner_centre_id": None,
        "standing": "binding",
        "shortfall": None,
        "made_at": now,
    }


def _check(row: dict[str, Any], book: Book, owner: UUID | None) -> None:
    refuse_unbelievable(row["effective_from"], row["effective_to"])
    calendar = book.calendars.get(row["calendar_id"])
    if calendar is None or calendar["centre_id"] not in (None, owner):
        raise Refused(Code.CALENDAR_UNKNOWN)
    for kind in ("respond", "resolve"):
        if row[f"{kind}_seconds"] is not None and row[f"{kind}_day"] is not None:
            raise Refused(Code.POLICY_PROMISE_TWICE, f"either {kind}_seconds or {kind}_day")
    for timed in ("response", "resolution"):
        keys = [step["key"] for step in row["steps"] if step["clock"] in (None, timed)]
        if len(keys) > len(set(keys)):
            raise Refused(Code.POLICY_STEP_TWICE)
    refuse(check_policy(rule_of(row | {"version": 1}), made_calendar(calendar, "UTC")))


def _centre(caller: Caller, new: NewPolicy) -> UUID | None:
    """The centre the policy is for. Whoever has one makes policies for it alone."""
    if caller.centre_id is None:
        return new.centre_id
    if new.centre_id not in (None, caller.centre_id):
        raise Refused(Code.FORBIDDEN, "centre_id: a centre makes policies for its own outlets")
    return caller.centre_id


async def _refuse_empty(row: Mapping[str, Any], known: Known) -> None:
    """Raises `Refused(policy_matches_nothing)`, `extra.condition` says for what."""
    for condition, exists in known.items():
        if row[condition] is not None and not await exists(row[condition]):
            raise Refused(Code.POLICY_MATCHES_NOTHING, f"{condition}: {row[condition]}", condition=condition)
    if row["centre_id"] is not None and await network.centre(row["centre_id"]) is None:
        raise Refused(Code.POLICY_MATCHES_NOTHING, "centre_id: no such centre", condition="centre_id")
    if row["outlet_id"] is None:
        return
    outlet = await network.outlet(row["outlet_id"])
    if outlet is None or row["centre_id"] not in (None, outlet["centre_id"]):
        raise Refused(Code.POLICY_MATCHES_NOTHING, "outlet_id: no such outlet there", condition="outlet_id")
    if row["region_grade"] not in (None, outlet["grade"]):
        raise Refused(Code.POLICY_MATCHES_NOTHING, "the outlet is of another grade", condition="region_grade")


async def _compared(row: dict[str, Any], book: Book, scope: Scope) -> dict[str, Any]:
    """Whether a centre's policy binds at once: what `standing` it has, and where it falls short. In a thread, as a year
    of instants may take a second or two."""
    rule = rule_of(row | {"version": 1})
    standards = [p for p in book.policies if p.owner is None and p.code != rule.code]
    outlets = await network.outlets_page(scope, None, _ALL_OUTLETS)
    places = [Place(str(o.id), str(o.centre_id), o.grade, o.zone) for o in outlets]
    found = await asyncio.to_thread(shortfall, rule, standards, places, book)
    if found is None:
        return {}
    zone = next(place.zone for place in places if place.outlet_id == found.outlet_id)
    return {"standing": "awaiting_approval", "shortfall": shortfall_in_words(found, zone)._asdict()}


async def _keep(row: dict[str, Any]) -> Policy:
    await store.lock_terms()
    before = await store.versions(row["code"])
    if any(one["owner_centre_id"] != row["owner_centre_id"] for one in before):
        raise Refused(Code.POLICY_CODE_TAKEN)
    if before and row["effective_from"] < row["made_at"]:
        raise Refused(Code.TIME_OUT_OF_RANGE, "effective_from: a later version takes effect now or later")
    made = await store.add_policy(row)
    if made["standing"] == "binding":
        await store.end_others(made["id"], made["code"], made["effective_from"])
    return _shown(made)


# ------------------------------------------------------------------------------------------------------------- deciding


async def approve(caller: Caller, policy_id: UUID, reason: str) -> Policy:
    """It binds from now, or from when it was meant to. Raises `Refused`: `not_found`, `policy_decided`,
    `policy_superseded`, `policy_ended`."""
    return await _decide(caller, policy_id, "approved", reason)


async def refuse_policy(caller: Caller, policy_id: UUID, reason: str) -> Policy:
    """It never binds. Raises `Refused`: `not_found`, `policy_decided`."""
    return await _decide(caller, policy_id, "refused", reason)


async def _decide(caller: Caller, policy_id: UUID, standing: str, reason: str) -> Policy:
    now = clock.now()
    async with db.transaction():
        await store.lock_terms()
        row = await store.policy(policy_id)
        if row is None:
            raise Refused(Code.NOT_FOUND)
        if row["standing"] != "awaiting_approval":
            raise Refused(Code.POLICY_DECIDED, standing=row["standing"])
        begins = row["effective_from"]
        if standing == "approved":
            begins = max(begins, now)
            await _refuse_overtaken(row, begins)
        await store.decide(policy_id, standing, begins, caller.user_id, now, reason)
        if standing == "approved":
            await store.end_others(policy_id, row["code"], begins)
        return await _read(policy_id)


async def _refuse_overtaken(row: Mapping[str, Any], begins: datetime) -> None:
    if row["effective_to"] is not None and row["effective_to"] <= begins:
        raise Refused(Code.POLICY_ENDED)
    later = [one for one in await store.versions(row["code"]) if one["version"] > row["version"]]
    if any(one["standing"] in ("binding", "approved") for one in later):
        raise Refused(Code.POLICY_SUPERSEDED)


async def end(caller: Caller, policy_id: UUID, at: datetime | None, reason: str) -> Policy:
    """Jobs opened from then on are promised what the other policies say; one that waits for approval is withdrawn.
    Raises `Refused`: `not_found`, `forbidden` for somebody else's, `policy_ended`, `policy_decided`,
    `time_out_of_range`."""
    now = clock.now()
    refuse_unbelievable(at)
    async with db.transaction():
        await store.lock_terms()
        row = await store.policy(policy_id)
        if row is None or not _is_seen(row, caller.scope):
            raise Refused(Code.NOT_FOUND)
        if caller.centre_id is not None and row["owner_centre_id"] != caller.centre_id:
            raise Refused(Code.FORBIDDEN)
        if row["standing"] in ("refused", "withdrawn"):
            raise Refused(Code.POLICY_DECIDED, standing=row["standing"])
        if row["effective_to"] is not None and row["effective_to"] <= now:
            raise Refused(Code.POLICY_ENDED)
        ends = at or now
        if ends < now or (row["effective_to"] is not None and ends > row["effective_to"]):
            raise Refused(Code.TIME_OUT_OF_RANGE, "at: between now and its end")
        standing = "withdrawn" if row["standing"] == "awaiting_approval" else row["standing"]
        await store.end_policy(policy_id, standing, ends, caller.user_id, now, reason)
        return await _read(policy_id)


# -------------------------------------------------------------------------------------------------------------- reading


async def policies(scope: Scope, code: str | None = None, standing: str | None = None) -> list[Policy]:
    """Every version that concerns the caller, by code and version."""
    rows = await (store.policies() if code is None else store.versions(code))
    return [_shown(row) for row in rows if _is_seen(row, scope) and standing in (None, row["standing"])]


async def policy(scope: Scope, policy_id: UUID) -> Policy:
    """Raises `Refused(not_found)`."""
    row = await store.policy(policy_id)
    if row is None or not _is_seen(row, scope):
        raise Refused(Code.NOT_FOUND)
    return _shown(row)


def _is_seen(row: Mapping[str, Any], scope: Scope) -> bool:
    """Headquarters' policies concern everyone, except those for other places."""
    places = is_seen(row["owner_centre_id"], scope) and is_seen(row["centre_id"], scope)
    return places and (row["outlet_id"] is None or scope.outlet_id in (None, row["outlet_id"]))


async def _read(policy_id: UUID) -> Policy:
    row = await store.policy(policy_id)
    assert row is not None
    return _shown(row)


def _shown(row: Mapping[str, Any]) -> Policy:
    return msgspec.convert(row, Policy)


async def binding(caller: Caller, asked: QuoteRequest) -> BindingPolicy:
    """Which policy binds a job that may not exist yet, and why none of the others does. Raises
    `Refused`: `outlet_unknown`, `time_out_of_range`."""
    outlet = await network.outlet(asked.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    opened_at = asked.opened_at or clock.now()
    refuse_unbelievable(opened_at)
    case = Case(outlet, asked.job_type, opened_at, asked.product_category, asked.customer_tier, asked.severity)
    book = await Book.read()
    found = book.bind(case.described(), outlet["zone"], opened_at)
    rows = {str(row["id"]): row for row in book.rows}
    waiting = [
        Considered(rule_of(row), "awaiting_approval") for row in book.rows if row["standing"] == "awaiting_approval"
    ]
    considered = found.match.considered if isinstance(found, Bound) else found.considered
    bound = found if isinstance(found, Bound) else None
    return BindingPolicy(
        policy_id=UUID(bound.match.policy.id) if bound else None,
        why=_sentence(found.match.why if isinstance(found, Bound) else found.why),
        respond_by=bound.promise.response.at if bound and bound.promise.response else None,
        resolve_by=bound.promise.resolution.at if bound and bound.promise.resolution else None,
        calendar_id=book.calendar_row(bound.match.policy, opened_at)["id"] if bound else None,
        unknown_years=_unknown_years(bound, book.of(bound.match.policy, outlet["zone"], opened_at), opened_at)
        if bound
        else [],
        considered=[_considered(c) for c in (*considered, *waiting) if _is_seen(rows[c.policy.id], caller.scope)],
    )


def _unknown_years(bound: Bound, calendar: Calendar, opened_at: datetime) -> list[int]:
    last = max(due.at for due in bound.promise if due is not None)
    first_year, last_year = (at.astimezone(ZoneInfo(calendar.zone)).year for at in (opened_at, last))
    return calendar.years_not_known(first_year, last_year)


def _considered(one: Considered) -> ConsideredPolicy:
    policy: PolicyRule = one.policy
    return ConsideredPolicy(
        policy_id=UUID(policy.id),
        code=policy.code,
        version=policy.version,
        name=Sentence(zh=policy.name, en=policy.name_en or policy.name),
        verdict=one.verdict,
        why=_sentence(VERDICTS[one.verdict]),
    )


def _sentence(said: Said) -> Sentence:
    return Sentence(zh=said.zh, en=said.en)
