"""What is known beside what was signed: read once, when the first edition of a report is made."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.customers import store as customers
from server.evidence.reports import store
from server.evidence.reports.reading import Facts
from server.evidence.reports.store import Signed, Template
from server.evidence.reports.template import shipped
from server.network import store as network
from server.products import catalogue_store
from server.products import store as products
from server.products.rules.refusal import Text

_Rows = Mapping[str, Any]
_NOBODY = Text("", "")


@dataclass(frozen=True, slots=True)
class Jobs:
    """What evidence, which knows no jobs, is told of them: rows by id, and kinds of jobs by code."""

    rows: Callable[[Iterable[UUID]], Awaitable[Mapping[UUID, _Rows]]]
    kinds: Callable[[Iterable[str]], Awaitable[Mapping[str, _Rows]]]


async def firm() -> tuple[Text, str]:
    """Its name, and its hotline; those of the software before there is a firm."""
    row = await network.firm()
    return (Text("Onsite", "Onsite"), "") if row is None else (Text(row["name"], row["name_en"]), row["hotline"])


async def gather(signed: Signed, said: Mapping[str, Any], jobs: Jobs) -> tuple[Facts, Template | None]:
    """`said`: the report that was signed. The template is None when it is what the software brings along. A job that a
    restore has forgotten leaves its part empty."""
    job = (await jobs.rows([signed.job_id])).get(signed.job_id, {})
    code = job.get("job_type", "")
    kind = (await jobs.kinds([code])).get(code, {})
    template = await store.template_for(code)
    outlet = await network.outlet(signed.outlet_id)
    assert outlet is not None, "outlets are never deleted"
    who = await network.technician(signed.technician_id) if signed.technician_id is not None else None
    unit = await products.unit(network.EVERYWHERE, UUID(job["unit_id"])) if job.get("unit_id") else None
    name, hotline = await firm()
    facts = Facts(
        terms=shipped() if template is None else template.terms,
        template_version=0 if template is None else template.version,
        firm=name,
        hotline=hotline,
        outlet=Text(outlet["name"], outlet["name_en"]),
        technician=_NOBODY if who is None else Text(who["name"], who["name_en"]),
        zone=outlet["zone"],
        job_number=job.get("number", 0),
        job_type=Text(kind.get("name", ""), kind.get("name_en", "")),
        customer_name=await _customer(job),
        customer_address=job.get("address", ""),
        product=_NOBODY if unit is None else Text(unit["model_name"], unit["model_name_en"]),
        serial="" if unit is None else unit["serial"],
        respond_by=_instant(job.get("respond_by")),
        resolve_by=_instant(job.get("resolve_by")),
        arrived_at=_instant((job.get("arrival") or {}).get("at")),
        checklist=[(p["key"], Text(p["text"], p.get("text_en", ""))) for p in kind.get("checklist", ())],
        parts=await _parts(unit),
        meant=await _meant(said, unit),
    )
    return facts, template


async def _customer(job: _Rows) -> str:
    if job.get("contact_name"):
        return str(job["contact_name"])
    known = await customers.load(network.EVERYWHERE, UUID(job["customer_id"])) if job.get("customer_id") else None
    return "" if known is None else str(known["name"])


async def _parts(unit: _Rows | None) -> dict[str, Text]:
    if unit is None or unit.get("model_id") is None:
        return {}
    parts = await catalogue_store.bom([unit["model_id"]], retired=True)
    return {part.part_number: Text(part.name, part.name_en) for part in parts}


async def _meant(said: _Rows, unit: _Rows | None) -> dict[str, Text]:
    """What the codes stand for that the report names."""
    found = {}
    component, fault = said.get("component"), said.get("fault_code")
    group = await catalogue_store.component_group(component) if isinstance(component, str) else None
    if group is not None:
        found["component"] = Text(group.name, group.name_en)
    if isinstance(fault, str) and group is None and unit is not None:
        shown = await catalogue_store.fault_component(unit["line_code"], fault, unit["model_id"])
        if shown is not None:
            found["fault_code"] = shown[1]
    return found


def _instant(said: Any) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) and said else None
