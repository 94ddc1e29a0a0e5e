"""What a completion's report says of the product that was worked on. Pure.

All of it is optional and signed with the rest: `unit_id`, the unit as the phone holds it; `scanned` {gtin, serial}, the
code on it; `component`, `fault_code`, what had failed; `cured` false, when it does not work properly all the same;
`served`, the notices (recalls, bulletins) whose work was done. What does not fit is as if it were not said: work that
was signed is never refused for it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from schemas.operations import Gtin14, ScannedSerial


class _Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gtin: Gtin14
    serial: ScannedSerial


def report_of(manifest: Any) -> Mapping[str, Any]:
    report = manifest.get("report") if isinstance(manifest, Mapping) else None
    return report if isinstance(report, Mapping) else {}


def unit_named(manifest: Any) -> str | None:
    """The unit's id."""
    named = report_of(manifest).get("unit_id")
    return named if _is_uuid(named) else None


def code_scanned(manifest: Any) -> dict[str, str] | None:
    """`gtin` and `serial` of the code that was scanned."""
    try:
        code = msgspec.convert(report_of(manifest).get("scanned"), _Code)
    except msgspec.ValidationError:
        return None
    return {"gtin": code.gtin, "serial": code.serial}


MOST_SERVED = 20


def notices_served(manifest: Any) -> frozenset[UUID]:
    """The notices whose work was done."""
    named = report_of(manifest).get("served")
    return (
        frozenset(UUID(one) for one in named[:MOST_SERVED] if _is_uuid(one)) if isinstance(named, list) else frozenset()
    )


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
