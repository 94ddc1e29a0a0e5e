"""Units, repairs and policies in as few words as a test needs."""

from datetime import date

import msgspec

from server.products.policies import shipped
from server.products.rules.coverage import verdict
from server.products.rules.entitlement import Fault, Repair, UnitFacts, Verdict
from server.products.rules.policy import Policy, WarrantyTerm
from server.products.rules.refusal import Text

STATUTE, PROMISE = shipped()


def day(text: str) -> date:
    return date.fromisoformat(text)


def unit(sold: str | None = "2024-06-01", **facts: object) -> UnitFacts:
    """An air conditioner, sold and proven, unless the test says otherwise."""
    dated = {
        name: day(value) if isinstance(value, str) and name.endswith("_on") else value for name, value in facts.items()
    }
    known = {"product_line": "air_conditioner", "sold_on": None if sold is None else day(sold)} | dated
    return UnitFacts(**known)  # type: ignore[arg-type]


def repair(started: str, finished: str | None, component: str = "compressor", **facts: object) -> Repair:
    return Repair(
        component=component,
        started_on=day(started),
        finished_on=None if finished is None else day(finished),
        **facts,  # type: ignore[arg-type]
    )


def judged(of: UnitFacts, on: str, fault: Fault | None = None, policies: tuple[Policy, ...] | None = None) -> Verdict:
    return verdict(of, shipped() if policies is None else policies, day(on), fault)


def term(component: str = "whole_unit", **fields: object) -> WarrantyTerm:
    plain = {"rule": f"rule-{component.replace('_', '-')}", "name": Text(component, component), "covers": ("parts",)}
    return WarrantyTerm(component=component, **(plain | fields))  # type: ignore[arg-type]


def policy(*terms: WarrantyTerm, **fields: object) -> Policy:
    """A promise of these terms, in force since 2000, without grace."""
    plain: dict[str, object] = {
        "code": "test",
        "version": 1,
        "source": "promise",
        "name": Text("测试", "test policy"),
        "effective_from": date(2000, 1, 1),
        "without_proof": "manufacture_plus_grace",
    }
    return msgspec.convert(msgspec.to_builtins(Policy(**(plain | {"terms": terms} | fields))), Policy)  # type: ignore[arg-type]
