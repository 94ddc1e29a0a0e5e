"""From what was signed, and what was known beside it, to what stands on the report. Pure.

What was signed goes first: the facts fill in only what the customer's statement does not say, and names in the other
language.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from schemas.evidence import Addendum, Checked, Manifest
from schemas.reports import ReportTerms
from server.evidence.reports import content
from server.evidence.reports.content import Photo, Report, Seal
from server.evidence.reports.wording import say
from server.products.rules.refusal import Text
from server.products.texts import Locale, pick


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What was known when the first edition was made; kept, so that every further one says the same. `checklist`: key
    and words of every item of this kind of job, in their order; `parts`: names by part number; `meant`: what a code in
    the report stands for, by field. `respond_by`, `resolve_by`, `arrived_at`: of the promise, as judged here."""

    terms: ReportTerms
    template_version: int
    firm: Text
    hotline: str
    outlet: Text
    technician: Text
    zone: str
    job_number: int
    job_type: Text
    customer_name: str
    customer_address: str
    product: Text
    serial: str
    respond_by: datetime | None = None
    resolve_by: datetime | None = None
    arrived_at: datetime | None = None
    checklist: list[tuple[str, Text]] = []
    parts: dict[str, Text] = {}
    meant: dict[str, Text] = {}


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """An addendum that was sealed. `digest`: of what was signed."""

    digest: str
    addendum: Addendum


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """Which edition it is, and the digest of the one before; what was added by then."""

    number: int = 1
    earlier: str = ""
    added: Sequence[Added] = ()


#: Of `report`: what stands elsewhere on the page, or is for machines.
_ELSEWHERE = frozenset(
    {"product", "serial", "number", "policy", "coverage", "readings", "unit_id", "scanned", "served", "text"}
)


def report_of(
    manifest: Manifest, facts: Facts, seal: Seal, photos: Mapping[str, Photo], edition: Edition, locale: Locale
) -> Report:
    """`photos`: by digest, as far as they can be shown."""
    zone = ZoneInfo(facts.zone)
    said = manifest.report
    finished = _instant(manifest.finished_at, zone)
    return Report(
        seal=seal,
        edition=edition.number,
        earlier=edition.earlier,
        firm=facts.firm,
        hotline=facts.hotline,
        outlet=facts.outlet,
        technician=facts.technician,
        job_number=facts.job_number,
        job_type=facts.job_type,
        outcome=manifest.outcome,
        reason=manifest.reason,
        customer_name=facts.customer_name,
        customer_address=facts.customer_address,
        product=_product(_text(said.get("product")), facts.product, manifest.locale),
        serial=_text(said.get("serial")) or facts.serial,
        zone=facts.zone,
        arrived_at=_instant(manifest.arrival.at, zone) if manifest.arrival is not None else None,
        finished_at=finished,
        promises=_promises(facts, finished if manifest.outcome == "completed" else None),
        work=_work(said, facts, locale),
        readings=_readings(said.get("readings"), locale),
        parts=[content.Part(number, facts.parts.get(number, _NOTHING), n) for number, n in manifest.parts.items()],
        fees=[content.Fee(fee.name, fee.amount_minor, fee.currency) for fee in manifest.fees],
        checklist=_checklist(manifest, facts),
        conduct=manifest.conduct,
        coverage=_text(said.get("coverage")),
        text=manifest.text,
        locale=manifest.locale,
        signer_name=manifest.signer.name if manifest.signer else "",
        signer_role=manifest.signer.role if manifest.signer else "",
        strokes=manifest.strokes,
        refused=_refused(manifest),
        rating=manifest.rating,
        photos=_photos(manifest.photos, photos, zone),
        additions=[_addition(each, photos, zone) for each in edition.added],
    )


_NOTHING = Text("", "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _said(value: Any, locale: Locale) -> str:
    """A plain value in words; nothing for what is none."""
    if isinstance(value, bool):
        return say("yes" if value else "no", locale)
    return str(value) if isinstance(value, str | int | float) else ""


#: What a reader looks for first.
_FIRST = ("diagnosis", "result", "component", "fault_code", "cured")


def _work(said: Mapping[str, Any], facts: Facts, locale: Locale) -> dict[str, str]:
    names = [*(name for name in _FIRST if name in said), *(name for name in said if name not in _FIRST)]
    told = {name: _said(said[name], locale) for name in names if name not in _ELSEWHERE}
    return {name: _in_words(name, text, facts.meant.get(name), locale) for name, text in told.items() if text}


def _in_words(name: str, text: str, meant: Text | None, locale: Locale) -> str:
    """A component by its name alone; the code of a fault is what people look up, and stays."""
    if meant is None:
        return text
    return pick(meant, locale) if name == "component" else f"{text} · {pick(meant, locale)}"


def _readings(value: Any, locale: Locale) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): text for name, each in value.items() if (text := _said(_of_reading(each), locale))}


def _of_reading(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def _product(signed: str, known: Text, locale: Locale) -> Text:
    if not signed:
        return known
    return Text(known.zh or signed, signed) if locale == "en" else Text(signed, known.en or signed)


def _promises(facts: Facts, finished: datetime | None) -> list[content.Promise]:
    found = []
    if facts.respond_by is not None:
        kept = None if facts.arrived_at is None else facts.arrived_at <= facts.respond_by
        found.append(content.Promise("arrive", facts.respond_by, kept))
    if facts.resolve_by is not None:
        found.append(
            content.Promise("finish", facts.resolve_by, None if finished is None else finished <= facts.resolve_by)
        )
    return found


def _checklist(manifest: Manifest, facts: Facts) -> list[content.Item]:
    """In the order of the procedure, in the words that were shown; in the other language as the procedure has it."""
    known = dict(facts.checklist)
    keys = [*(key for key in known if key in manifest.checklist), *(k for k in manifest.checklist if k not in known)]
    return [_item(key, manifest.checklist[key], known.get(key, _NOTHING), manifest.locale) for key in keys]


def _item(key: str, checked: Checked, known: Text, locale: Locale) -> content.Item:
    shown = checked.text or (known.en if locale == "en" else known.zh) or key
    text = Text(known.zh or shown, shown) if locale == "en" else Text(shown, known.en or shown)
    return content.Item(text, checked.done, checked.value or "")


def _refused(manifest: Manifest) -> content.Refused | None:
    refusal = manifest.refusal
    if refusal is None:
        return None
    seen = refusal.witness
    return content.Refused(refusal.reason, content.Witness(seen.name, seen.role, seen.strokes) if seen else None)


def _photos(named: Sequence[Any], photos: Mapping[str, Photo], zone: ZoneInfo) -> list[Photo]:
    return [
        photos.get(photo.sha256, Photo(photo.sha256))._replace(
            taken_at=_instant(photo.taken_at, zone), caption=photo.caption
        )
        for photo in named
    ]


def _addition(added: Added, photos: Mapping[str, Photo], zone: ZoneInfo) -> content.Addition:
    said = added.addendum
    return content.Addition(_instant(said.made_at, zone), added.digest, said.note, _photos(said.photos, photos, zone))


_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _instant(said: str, zone: ZoneInfo) -> datetime | None:
    """None for words that are no instant, or none that a clock of ours could show."""
    try:
        parsed = datetime.fromisoformat(said)
        stamp = parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
        return stamp if _EARLIEST <= stamp <= _LATEST else None
    except (ValueError, OverflowError):
        return None
