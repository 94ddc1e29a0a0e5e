"""What a customer does who asks for service: writes it, is told what it will cost and when somebody comes, sends it.

A draft lies between writing and sending, so that the promise is read before anything happens. The page that sends it
carries a token; the draft becomes one job however often that page is sent (a double click, the back button, a reload),
and the code by which the job is followed is made from the token, so that every one of these answers is the same.
"""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from schemas.jobs import NewJob
from server.commitments import actions as commitments
from server.customers import store as customers
from server.jobs import actions as jobs
from server.jobs import store as job_store
from server.network import store as network
from server.platform import clock, db
from server.platform.storage import Blobs, DigestMismatch, StorageFull
from server.portal import following, service_store, symptoms
from server.portal.firm import firm
from server.portal.forms import code_of as code_of_link
from server.portal.forms import link_of_code
from server.portal.rules.asked import CONSENT, OTHER, Asked
from server.portal.rules.phone import normal_phone
from server.portal.service_store import NewRequest, Photo
from server.portal.symptoms import Symptom
from server.portal.texts import TEXTS
from server.products import actions as products
from server.products import store as product_store
from server.products.rules.entitlement import Fault, Verdict
from server.products.rules.refusal import Refusal, Text
from server.products.rules.sentences import sentence_of
from server.products.texts import Locale, pick

log = structlog.get_logger()

#: The kind of job that a fault becomes.
REPAIR: Final = "repair"
SOURCE: Final = "portal"
#: What was written and not sent is forgotten after this; that something was sent is remembered longer.
DRAFT_LIFETIME: Final = timedelta(hours=2)
SENT_LIFETIME: Final = timedelta(days=1)
#: For one unit, sent in a day and lying written: what a household needs on its worst day, and an end to filling our
#: store from many addresses. Whoever meets it is told to call.
MOST_SENT: Final = 5
MOST_WRITTEN: Final = 20
_DAY: Final = timedelta(days=1)
_CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Product:
    """A unit that service can be asked for. `unit`: its row with the line's names; `path`: of its code."""

    unit: Mapping[str, Any]
    outlet: Mapping[str, Any]
    zone: ZoneInfo
    symptoms: tuple[Symptom, ...]
    path: str

    @property
    def today(self) -> date:
        return clock.now().astimezone(self.zone).date()


async def product_of(code: str) -> Product | None:
    """`code`: the path of a product's code, as it stands in `?code=`. None when it is no code, or no unit of ours; one
    question to the database tells a known one from any other."""
    link = link_of_code(code)
    if isinstance(link, Refusal) or link.serial is None:
        return None
    unit = await product_store.unit_by_code(link.gtin14, link.serial)
    return None if unit is None else await _product(unit, code_of_link(link))


async def _product(unit: Mapping[str, Any], path: str) -> Product:
    outlet = await network.outlet(unit["outlet_id"])
    assert outlet is not None, "a unit belongs to an outlet that is on record"
    return Product(unit, outlet, ZoneInfo(outlet["zone"]), await symptoms.of_unit(unit), path)


async def is_offered() -> bool:
    """Whether this firm takes requests for repair: it does when it has that kind of job."""
    return await job_store.job_type_known(REPAIR)


# ------------------------------------------------------------------------------------------- before it is sent


@dataclass(frozen=True, slots=True)
class Review:
    """What the customer is shown before sending. `symptom` None: none of the list; `promise` None: nothing is promised
    here; `joins`: a request for this unit is open, and this one is added to it."""

    asked: Asked
    symptom: Text | None
    verdict: Verdict
    promise: commitments.Promise | None
    joins: bool
    photos: int
    token: str


class _Drafted(msgspec.Struct, frozen=True):
    """What lies in a draft, and what was shown with it."""

    asked: Asked
    locale: Locale
    path: str
    coverage: dict[str, Any]


async def draft(product: Product, asked: Asked, photos: Sequence[Photo], locale: Locale) -> Review | None:
    """Keeps what was written and quotes for it. None when too much was written for this unit today."""
    unit_id, now = product.unit["id"], clock.now()
    if await service_store.drafts_since(unit_id, now - _DAY) >= MOST_WRITTEN:
        return None
    token, draft_id = secrets.token_urlsafe(24), clock.new_id()
    review = await _review(product, asked, len(photos), token)
    drafted = _Drafted(asked, locale, product.path, _shown_coverage(review.verdict))
    async with db.transaction():
        kept = msgspec.json.encode(drafted)
        await service_store.add_draft(draft_id, _hash(token), unit_id, kept, now + DRAFT_LIFETIME)
        await service_store.add_draft_photos(draft_id, photos)
    return review


async def _review(product: Product, asked: Asked, photos: int, token: str) -> Review:
    chosen = next((s for s in product.symptoms if s.code == asked.symptom), None)
    verdict = await products.judge(dict(product.unit), product.today, await _fault(product, chosen))
    promise = await _promise(product, await _owner(product, asked), clock.now())
    joins = await job_store.open_of_unit(product.unit["id"], REPAIR) is not None
    named = chosen.name if chosen is not None else None
    return Review(asked, named, verdict, promise, joins, photos, token)


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft that was not sent yet, read again."""

    product: Product
    review: Review
    photos: Sequence[Photo]


async def read_draft(token: str) -> Kept | None:
    """None: unknown, expired, or sent already."""
    known = await service_store.draft(_hash(token), clock.now())
    if known is None or known["job_id"] is not None:
        return None
    drafted = msgspec.json.decode(known["asked"], type=_Drafted)
    product = await product_of(drafted.path)
    if product is None:
        return None
    photos = await service_store.draft_photos(known["id"])
    return Kept(product, await _review(product, drafted.asked, len(photos), token), photos)


async def _fault(product: Product, chosen: Symptom | None) -> Fault | None:
    """Without a symptom the unit is judged as a whole."""
    if chosen is None or chosen.component is None:
        return None
    known = await symptoms.component_of(product.unit, chosen.code)
    name = known[1] if known is not None else None
    return Fault(component=chosen.component, name=name, severity=chosen.severity, fault_code=chosen.code)


async def _promise(product: Product, owner: Mapping[str, Any] | None, now: datetime) -> commitments.Promise | None:
    tier = owner["tier"] or None if owner is not None else None
    case = commitments.Case(product.outlet, REPAIR, now, product.unit["line_code"] or None, tier, str(_PRIORITY))
    (made,) = await commitments.promises_for([case])
    return made


_PRIORITY: Final = 3


async def _owner(product: Product, asked: Asked) -> Mapping[str, Any] | None:
    """The unit's owner, when it is they who ask: the number is the one on file. Nobody else's file is touched."""
    owner_id = product.unit["customer_id"]
    if owner_id is None:
        return None
    owner = await customers.load(network.EVERYWHERE, owner_id)
    return owner if owner is not None and normal_phone(owner["phone"]) == asked.phone else None


def _shown_coverage(verdict: Verdict) -> dict[str, Any]:
    said = sentence_of(verdict)
    pays = {"parts": verdict.pays.parts, "labour": verdict.pays.labour, "travel": verdict.pays.travel}
    return {"sentence": {"zh": said.zh, "en": said.en}, "covered": verdict.covered, "pays": pays}


# ------------------------------------------------------------------------------------------------------- sending


@dataclass(frozen=True, slots=True)
class Sent:
    """`code`: by which the job is followed; None when the request joined one that was open."""

    code: str | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """`gone`: the draft is unknown or has expired; `too_many`: enough was sent for this unit today; `full`: the store
    of photos takes no more."""

    why: str


async def send(token: str, blobs: Blobs, public_url: str) -> Sent | NotSent:
    """Makes the job, once; the clock of its promise starts now. Sending it again answers the same."""
    try:
        async with db.transaction():
            return await _send(token, blobs, public_url)
    except (StorageFull, DigestMismatch):
        return NotSent("full")


async def _send(token: str, blobs: Blobs, public_url: str) -> Sent | NotSent:
    now = clock.now()
    known = await service_store.lock_draft(_hash(token), now)
    if known is None:
        return NotSent("gone")
    if known["job_id"] is not None:
        return Sent(code_of(token) if known["outcome"] == "sent" else None)
    unit_id = known["unit_id"]
    await service_store.lock_unit(unit_id)
    if await service_store.sent_since(unit_id, now - _DAY) >= MOST_SENT:
        return NotSent("too_many")
    drafted = msgspec.json.decode(known["asked"], type=_Drafted)
    unit = await product_store.unit(network.EVERYWHERE, unit_id)
    if unit is None:
        return NotSent("gone")
    product = await _product(unit, drafted.path)
    photos = await service_store.draft_photos(known["id"])
    for photo in photos:
        await blobs.put(photo.digest, len(photo.content), _chunks(photo.content))
    already = await job_store.open_of_unit(unit_id, REPAIR)
    if already is not None:
        await _join(already, drafted, product, photos, public_url, now)
        await service_store.draft_sent(known["id"], already["id"], "joined", now + SENT_LIFETIME)
        return Sent(None)
    job_id = await _raise(known["id"], drafted, product, photos, now)
    await _link(token, job_id, drafted, product, public_url)
    await service_store.draft_sent(known["id"], job_id, "sent", now + SENT_LIFETIME)
    log.info("service_asked_for", job_id=str(job_id), photos=len(photos))
    return Sent(code_of(token))


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]


async def _raise(draft_id: UUID, drafted: _Drafted, product: Product, photos: Sequence[Photo], now: datetime) -> UUID:
    asked, unit = drafted.asked, product.unit
    owner = await _owner(product, asked)
    place_known, lat, lon = _place(owner, asked, product)
    wanted = NewJob(
        outlet_id=product.outlet["id"],
        job_type=REPAIR,
        title=_title(drafted, product),
        contact_name=asked.name,
        contact_phone=asked.phone,
        address=asked.address,
        access_notes=_notes(asked, place_known),
        lat=lat,
        lon=lon,
        customer_id=UUID(owner["id"]) if owner is not None else None,
        unit_id=unit["id"],
        priority=_PRIORITY,
    )
    (job,) = await jobs.raise_jobs(product.outlet, [wanted], None, SOURCE, [str(draft_id)])
    job_id = UUID(job["id"])
    await service_store.add_request(
        NewRequest(
            id=clock.new_id(),
            job_id=job_id,
            centre_id=product.outlet["centre_id"],
            outlet_id=product.outlet["id"],
            unit_id=unit["id"],
            symptom="" if asked.symptom == OTHER else asked.symptom,
            words=asked.words,
            preferred_day=asked.day,
            preferred_part=asked.part,
            place_known=place_known,
            coverage=drafted.coverage,
            promised=_promised_by(job),
            consent=CONSENT,
            locale=drafted.locale,
            asked_at=now,
        )
    )
    await service_store.add_photos(job_id, photos)
    return job_id


def _promised_by(job: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"respond_by": job["respond_by"], "resolve_by": job["resolve_by"]}
    return {"zh": job["policy_name"], "en": job["policy_name_en"]} | {k: v for k, v in kept.items() if v is not None}


def _place(owner: Mapping[str, Any] | None, asked: Asked, product: Product) -> tuple[bool, float, float]:
    """Where the job is put on the map: at the owner's place when the address is the one on file, else at the outlet,
    not known yet. Nobody is located by a guess."""
    placed = owner is not None and owner["lat"] is not None and owner["lon"] is not None
    if owner is not None and placed and "".join(owner["address"].split()) == "".join(asked.address.split()):
        return True, owner["lat"], owner["lon"]
    return False, product.outlet["lat"], product.outlet["lon"]


def _title(drafted: _Drafted, product: Product) -> str:
    """What the technician reads first: the symptom, then the customer's words on one line."""
    chosen = next((s for s in product.symptoms if s.code == drafted.asked.symptom), None)
    words = " ".join(drafted.asked.words.split())
    named = pick(chosen.name, drafted.locale) if chosen is not None else ""
    return " · ".join(part for part in (named, words) if part)[:400]


def _notes(asked: Asked, place_known: bool) -> str:
    """Beside the address, in both languages: those who read it are not those who wrote it."""
    lines = []
    if asked.day is not None or asked.part != "any":
        when = following.wished_time(asked.day, asked.part)
        lines.append(f"期望时间：{when.zh} · Preferred: {when.en}")
    if not place_known:
        lines.append("位置未确认，请先核对地址 · Place not known yet: check the address first")
    return "\n".join(lines)


async def _link(token: str, job_id: UUID, drafted: _Drafted, product: Product, public_url: str) -> None:
    job = following.Following(job_id, product.outlet["centre_id"], product.outlet["id"], drafted.asked.phone)
    await following.make_link(job, code_of(token), None)
    await following.send_link(job, code_of(token), "message_follow", drafted.locale, public_url, await firm())


async def _join(
    job: Mapping[str, Any],
    drafted: _Drafted,
    product: Product,
    photos: Sequence[Photo],
    public_url: str,
    now: datetime,
) -> None:
    """The desk reads it with the open job; a link goes to the number of that job, and to nobody else."""
    asked = drafted.asked
    said = " · ".join(part for part in (_title(drafted, product), asked.name, asked.phone, asked.address) if part)
    await service_store.add_ask(clock.new_id(), job, "again", said, (asked.day, asked.part), now)
    await service_store.add_photos(job["id"], photos)
    await jobs.add_note(job["id"], f"{TEXTS['note_again'].zh} · {TEXTS['note_again'].en}\n{said}")
    to = following.Following(job["id"], job["centre_id"], job["outlet_id"], job["contact_phone"])
    code = new_code()
    await following.make_link(to, code, None)
    await following.send_link(to, code, "message_again", drafted.locale, public_url, await firm())


# --------------------------------------------------------------------------------------------------------- codes


def code_of(token: str) -> str:
    """The code by which the job is followed that this draft becomes."""
    return _spelt(hashlib.sha256(b"onsite follow " + token.encode()).digest())


def new_code() -> str:
    """100 random bits as 20 letters and digits, none of them 0, 1 or 8."""
    return _spelt(secrets.token_bytes(13))


def _spelt(raw: bytes) -> str:
    return base64.b32encode(raw[:13])[:20].decode().lower()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def forget_drafts() -> None:
    """Everything that was written and not sent, two hours later."""
    while await service_store.forget_drafts(clock.now(), 100):
        pass
