"""What people do about coverage: asking for a verdict, recording and correcting repairs, publishing policies.

A verdict about a day follows from the unit's facts, its repairs and the policy versions. `judge` takes them as they
stand; `judge_as_known` as they stood at a moment, and says by what it judged, so that it can be repeated for ever.
Whoever records a repair does it inside the running transaction; repairs are not synced records and write no feed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.errors import Code
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.text import refuse_forbidden
from server.products import catalogue_store, coverage_store, field_store
from server.products.policies import shipped
from server.products.rules.coverage import ruling, verdict
from server.products.rules.entitlement import Fault, Repair, UnitFacts, Verdict
from server.products.rules.knowledge import facts_of, policies_known, unit_known
from server.products.rules.policy import Exclusion, Policy, Severity
from server.products.rules.policy_check import faults_between, faults_of, vocabulary_of
from server.products.rules.refusal import Refusal, Text

Row = Mapping[str, Any]

# ------------------------------------------------------------------------------------------------------------- verdicts


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict and all it was judged by. `policies`: those in force, of each source."""

    verdict: Verdict
    known_at: datetime
    facts: UnitFacts
    policies: tuple[Policy, ...]


async def judge(unit: Row, on: date | None = None, fault: Fault | None = None) -> Verdict:
    """The verdict for that unit (its row) on that day, today where its outlet is when left out."""
    day = on if on is not None else today_in(await zone_of(unit))
    facts = facts_of(unit, (one.repair for one in await coverage_store.repairs_of(unit["id"])))
    return verdict(facts, policies_known(await coverage_store.policies()), day, fault)


async def judge_as_known(
    unit: Row, on: date | None = None, fault: Fault | None = None, known_at: datetime | None = None
) -> Judged:
    """The verdict from what had been recorded at `known_at` (now, when left out): asked again with the same `known_at`
    it comes out the same. Raises `Refused`: `time_out_of_range` for knowledge of the future, `unit_unknown_then`.

    Limit: a transaction that was running at `known_at` itself counts from its begin; asked in that very moment it is
    not yet seen, asked later it is.
    """
    now = await coverage_store.moment()
    if known_at is not None and known_at > now:
        raise Refused(Code.TIME_OUT_OF_RANGE, "known_at is in the future")
    at = now if known_at is None else known_at
    then = unit_known(unit, await coverage_store.changes_since(unit["id"], at), at)
    if then is None:
        raise Refused(Code.UNIT_UNKNOWN_THEN)
    facts = facts_of(then, (one.repair for one in await coverage_store.repairs_of(unit["id"], at)))
    day = on if on is not None else at.astimezone(await zone_of(unit)).date()
    published = policies_known(await coverage_store.policies(), at)
    return Judged(
        verdict=verdict(facts, published, day, fault),
        known_at=at,
        facts=facts,
        policies=ruling(facts, published, day),
    )


async def reported_fault(
    unit: Row, component: str | None, code: str | None, severity: Severity, exclusions: tuple[Exclusion, ...]
) -> Fault | None:
    """What a caller reports: a component, or a fault code of the unit's line; None: neither. Raises
    `Refused(fault_code_unknown)`."""
    name: Text | None = None
    if code is not None:
        refuse_forbidden(code)
        meant = await catalogue_store.fault_component(unit["line_code"], code, unit["model_id"])
        if meant is None:
            raise Refused(Code.FAULT_CODE_UNKNOWN, code)
        component = component or meant[0]
    if component is None:
        return None
    group = await catalogue_store.component_group(component)
    if group is not None:
        name = Text(group.name, group.name_en or group.name)
    return Fault(component=component, name=name, severity=severity, exclusions=exclusions, fault_code=code or "")


async def zone_of(unit: Row) -> ZoneInfo:
    outlet = await network.outlet(unit["outlet_id"])
    assert outlet is not None, "a unit belongs to an outlet that is on record"
    return ZoneInfo(outlet["zone"])


def today_in(zone: ZoneInfo) -> date:
    return clock.now().astimezone(zone).date()


# -------------------------------------------------------------------------------------------------------------- repairs


async def record_repair(unit_id: UUID, repair: Repair, job_id: UUID | None = None) -> UUID:
    """A repair that coverage shall count from now on."""
    repair_id = clock.new_id()
    await coverage_store.insert_repair(repair_id, unit_id, repair, job_id)
    return repair_id


async def correct_repair(repair_id: UUID, repair: Repair | None) -> UUID:
    """Says anew what is known of that repair: it is finished, did not cure after all, waits for parts; None: there was
    no such repair. `repair_id`: the newest record of it; answers the id of the one that now stands. Raises `Refused`:
    `not_found`, `repair_corrected` when somebody has corrected that record before."""
    before = await coverage_store.repair(repair_id)
    if before is None:
        raise Refused(Code.NOT_FOUND)
    said = repair or Repair(**{name: before[name] for name in Repair.__struct_fields__})
    new_id = clock.new_id()
    if not await coverage_store.insert_repair(
        new_id, before["unit_id"], said, before["job_id"], repair_id, never_was=repair is None
    ):
        raise Refused(Code.REPAIR_CORRECTED)
    return new_id


# ------------------------------------------------------------------------------------------------------------- policies


async def ensure_default_policies() -> None:
    """The shipped policies become rows. Run at every start: each version is written once, whoever comes first; one that
    the firm has published under the same number stands."""
    for policy in shipped():
        await coverage_store.insert_policy(clock.new_id(), policy, None)


async def policies() -> tuple[Policy, ...]:
    """Every version ever published."""
    return policies_known(await coverage_store.policies())


async def publish_policy(caller: Caller, policy: Policy) -> Policy:
    """A new version. Verdicts on sales from its first day on follow it, also those of sales already made: that is how a
    wrong default is put right. What was answered before can still be asked for (`known_at`). Raises `Refused`:
    `invalid` (`extra.reason`: the first fault's code; `extra.faults`: all of them), `policy_taken`."""
    before = await policies()
    await refuse_unfit(policy, before)
    async with db.transaction():
        if not await coverage_store.insert_policy(clock.new_id(), policy, caller.user_id):
            raise Refused(Code.POLICY_TAKEN, f"{policy.code} {policy.version}")
        await field_store.all_due()  # what phones carry of their units is looked at anew
    return policy


async def refuse_unfit(policy: Policy, before: tuple[Policy, ...]) -> None:
    """Raises `Refused`: `invalid` with every fault named, `policy_taken` for a number that is not new."""
    earlier = [one for one in before if one.code == policy.code]
    faults = faults_of(policy, vocabulary_of(before, await coverage_store.vocabulary()))
    if not faults and policy.version in {one.version for one in earlier}:
        raise Refused(Code.POLICY_TAKEN, f"{policy.code} {policy.version}")
    if found := faults or faults_between([*earlier, policy]):
        raise Refused(Code.INVALID, _told(found), reason=found[0].code, faults=msgspec.to_builtins(found))


def _told(faults: tuple[Refusal, ...]) -> str:
    return "; ".join(f"{fault.text_zh} {fault.text_en}" for fault in faults)
