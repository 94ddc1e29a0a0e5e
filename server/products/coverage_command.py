"""`onsite coverage check` and `onsite coverage judge`: policies and verdicts from files. No database, no clock.

Facts are TOML or JSON in the shape of an answer's `judged_by.facts`; a whole answer does as well. So what was answered
years ago is judged again from the answer itself and the policy files of that time.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec

from server.products.judging import Judged
from server.products.policies import read_policy, shipped
from server.products.rules.coverage import ruling, verdict
from server.products.rules.entitlement import Fault, UnitFacts
from server.products.rules.policy import Policy
from server.products.rules.policy_check import faults_between
from server.products.rules.refusal import Refusal
from server.products.shown import shown_coverage

_NO_UNIT = UUID(int=0)
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def read_policies(documents: Mapping[str, str]) -> tuple[Policy, ...] | tuple[Refusal, ...]:
    """The policies of these TOML documents by name, the shipped ones without any; or everything that is wrong with
    them, and where."""
    if not documents:
        return shipped()
    fit: list[Policy] = []
    faults: list[Refusal] = []
    for name, document in documents.items():
        read = read_policy(document)
        if isinstance(read, Policy):
            fit.append(read)
        else:
            faults += [Refusal(one.code, f"{name}：{one.text_zh}", f"{name}: {one.text_en}") for one in read]
    return tuple(faults) or faults_between(fit) or tuple(fit)


def read_facts(document: str) -> UnitFacts | Refusal:
    try:
        told = msgspec.json.decode(document) if document.lstrip().startswith("{") else tomllib.loads(document)
        if isinstance(told, dict) and "judged_by" in told:
            told = told["judged_by"]["facts"]
        return msgspec.convert(told, UnitFacts)
    except (tomllib.TOMLDecodeError, msgspec.MsgspecError, KeyError, TypeError) as fault:
        return Refusal("facts_unreadable", f"产品情况无法读取：{fault}", f"The facts cannot be read: {fault}")


def judged(facts: UnitFacts, policies: Sequence[Policy], on: date, fault: Fault | None) -> dict[str, Any]:
    """The verdict as `GET /units/{id}/coverage` has it, without what only a record on a server has."""
    found = Judged(
        verdict=verdict(facts, policies, on, fault),
        known_at=_NO_MOMENT,
        facts=facts,
        policies=ruling(facts, policies, on),
    )
    told: dict[str, Any] = msgspec.to_builtins(shown_coverage(_NO_UNIT, found))
    del told["unit_id"], told["judged_by"]["known_at"]
    return told
