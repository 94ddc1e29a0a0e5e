"""What a job would be promised, before it exists: a clerk's answer to a caller."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.commitments import Sentence
from schemas.errors import Code
from schemas.quotes import Quote, QuoteAt, QuoteRequest, Quotes
from server.commitments import store
from server.commitments.actions import Case, Promise, promises_for
from server.commitments.rules.policy import Due
from server.network import store as network
from server.platform import clock
from server.platform.auth import Caller
from server.platform.errors import MEANING, Refused

_RECENT = timedelta(days=90)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=3660)


async def quote(caller: Caller, asked: QuoteRequest) -> Quote | Quotes:
    """For one instant its quote, for several their list. Raises `Refused`: `outlet_unknown`, `time_out_of_range`,
    `invalid` (an instant and several); for one instant also `no_policy`."""
    if asked.instants is not None and asked.opened_at is not None:
        raise Refused(Code.INVALID, "opened_at and instants: give one of the two")
    outlet = await network.outlet(asked.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    if asked.instants is not None:
        return Quotes(quotes=await _quotes(outlet, asked, asked.instants))
    (one,) = await _quotes(outlet, asked, [asked.opened_at or clock.now()])
    if one.quote is None:
        raise Refused(Code.NO_POLICY)
    return one.quote


async def _quotes(outlet: Mapping[str, Any], asked: QuoteRequest, instants: Sequence[datetime]) -> list[QuoteAt]:
    _check_range(instants)
    instants = [at.astimezone(UTC) for at in instants]
    known = (asked.product_category, asked.customer_tier, asked.severity)
    promises = await promises_for([Case(outlet, asked.job_type, at, *known) for at in instants])
    since = clock.now() - _RECENT
    kept = {
        code: await store.kept(outlet["id"], code, since) for code in {made.policy.code for made in promises if made}
    }
    return [
        _none(at) if made is None else QuoteAt(opened_at=at, quote=_quote(outlet, at, made, *kept[made.policy.code]))
        for at, made in zip(instants, promises, strict=True)
    ]


def _check_range(instants: Sequence[datetime]) -> None:
    latest = clock.now() + _AHEAD
    for number, at in enumerate(instants):
        if not _EARLIEST <= at <= latest:
            words = "a job is raised between 1990 and ten years ahead"
            raise Refused(Code.TIME_OUT_OF_RANGE, words, index=number, instant=at.isoformat())


def _none(at: datetime) -> QuoteAt:
    _, zh, en = MEANING[Code.NO_POLICY]
    return QuoteAt(opened_at=at, quote=None, code=Code.NO_POLICY, why=Sentence(zh=zh, en=en))


def _quote(outlet: Mapping[str, Any], at: datetime, made: Promise, met: int, judged: int) -> Quote:
    return Quote(
        policy_id=UUID(made.policy.id),
        policy_code=made.policy.code,
        policy_version=made.policy.version,
        policy_name=Sentence(zh=made.name, en=made.name_en),
        why=Sentence(zh=made.why.zh, en=made.why.en),
        opened_at=at,
        respond_by=made.respond_by,
        resolve_by=made.resolve_by,
        respond_working_seconds=_seconds(made.response),
        resolve_working_seconds=_seconds(made.resolution),
        calendar=Sentence(zh=made.calendar_name.zh, en=made.calendar_name.en),
        zone=outlet["zone"],
        kept_share=met / judged if judged else None,
        kept_of=judged,
    )


def _seconds(due: Due | None) -> int | None:
    return int(due.working.total_seconds()) if due else None
