"""What a product may be said to do: the fault codes of its line and model, as a customer chooses among them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from server.products import catalogue_store
from server.products.rules.policy import Severity
from server.products.rules.refusal import Text

#: More than this is no list to choose from on a phone.
_MOST = 40


class Symptom(msgspec.Struct, frozen=True, kw_only=True):
    """`component` None: it may be anything, so coverage is judged for the unit as a whole."""

    code: str
    name: Text
    component: str | None
    severity: Severity = "performance"


async def of_unit(unit: Mapping[str, Any]) -> tuple[Symptom, ...]:
    """Those of the unit's model and those of its whole line; the model's own word for a code wins."""
    found = await catalogue_store.fault_codes([unit["line_code"]])
    mine = [f for f in found if f.model_id in (None, unit["model_id"])]
    by_code = {f.code: f for f in sorted(mine, key=lambda f: f.model_id is not None)}
    return tuple(
        Symptom(
            code=f.code,
            name=Text(f.text, f.text_en),
            component=f.component or None,
            severity=msgspec.convert(f.severity, Severity),
        )
        for f in list(by_code.values())[:_MOST]
    )


async def component_of(unit: Mapping[str, Any], code: str) -> tuple[str, Text] | None:
    """The part that a fault code speaks of, and its name."""
    return await catalogue_store.fault_component(unit["line_code"], code, unit["model_id"])
