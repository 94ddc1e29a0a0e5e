"""The link by which a customer follows a job: made, sent, opened; and what the customer asks of the desk through it.

Only the SHA-256 of a code is kept, so that nobody who reads the database can follow anybody's job. The link is the only
proof asked for: it went to the customer with the job, and it shows what `rules.following.Followed` lists.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.errors import Code
from server.evidence import store as statements
from server.jobs import actions as jobs
from server.jobs import store as job_store
from server.network import store as network
from server.notifications import actions as notifications
from server.notifications.actions import Message
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.portal import service_store
from server.portal.firm import Firm
from server.portal.rules.asked import Wished
from server.portal.rules.following import OPEN, Attempt, Followed, attempt_of, attempts_of, followed
from server.portal.texts import TEXTS, say
from server.products import store as product_store
from server.products.rules.refusal import Text
from server.products.texts import Locale, date_text, fill, pick

#: A repair may wait for a part for months, and its judgement comes after it.
LIFETIME: Final = timedelta(days=180)
#: Links made for one job in a day: a desk that presses the button again, and an end to it.
MOST_LINKS: Final = 10
#: What one job may ask of the desk in a day.
MOST_ASKS: Final = 6
_DAY: Final = timedelta(days=1)
_CODE: Final = re.compile(r"[a-z2-7]{20}")


@dataclass(frozen=True, slots=True)
class Following:
    """A job that somebody is to follow, and the telephone number of its contact."""

    job_id: UUID
    centre_id: UUID
    outlet_id: UUID
    phone: str


async def make_link(job: Following, code: str, made_by: UUID | None) -> None:
    """Joins the running transaction. `made_by` None: the customer asked for service."""
    await service_store.add_link(clock.new_id(), job.job_id, hash_of(code), clock.now() + LIFETIME, made_by)


async def send_link(job: Following, code: str, text: str, locale: Locale, public_url: str, ours: Firm) -> None:
    """Joins the running transaction. `text`: the key of the message."""
    number = await job_store.number_of(job.job_id)
    filled = {"brand": pick(ours.brand, locale), "number": str(number), "url": url_of(public_url, code)}
    await notifications.send(
        Message(
            key=f"follow-link:{hash_of(code)}",
            kind="follow_link",
            to=job.phone,
            locale=locale,
            text=say(text, locale, **filled),
            centre_id=job.centre_id,
            outlet_id=job.outlet_id,
            secret=True,
            job_id=job.job_id,
            expires_at=clock.now() + LIFETIME,
        )
    )


def url_of(public_url: str, code: str) -> str:
    return f"{public_url}/j/{code}"


def hash_of(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


# -------------------------------------------------------------------------------------------------------- opened


@dataclass(frozen=True, slots=True)
class Opened:
    """A job whose link was opened. `fields`: JSON-shaped; `signed_id`: of what was signed last and counts, or of the
    visit that ended without the work being done; `asks`: what was asked of the desk, the oldest first; `judgements`:
    every revision, the oldest first."""

    job_id: UUID
    fields: Mapping[str, Any]
    zone: ZoneInfo
    shown: Followed
    signed_id: UUID | None
    product: Text | None
    kind: Text
    wish: tuple[date | None, str] | None
    asks: Sequence[Mapping[str, Any]]
    judgements: Sequence[Mapping[str, Any]]
    points: Sequence[Mapping[str, str]]

    @property
    def today(self) -> date:
        return clock.now().astimezone(self.zone).date()


async def open_link(code: str) -> Opened | str:
    """`unknown` (also for a job that is gone) or `expired` for a code that opens nothing."""
    if not _CODE.fullmatch(code.lower()):
        return "unknown"
    link = await service_store.link(hash_of(code.lower()))
    if link is None:
        return "unknown"
    if link["expires_at"] <= clock.now():
        return "expired"
    body = await job_store.body(network.EVERYWHERE, link["job_id"])
    return "unknown" if body is None else await _opened(link["job_id"], msgspec.json.decode(body))


async def _opened(job_id: UUID, job: Mapping[str, Any]) -> Opened:
    outlet = await network.outlet(UUID(job["outlet_id"]))
    assert outlet is not None, "a job belongs to an outlet that is on record"
    zone = ZoneInfo(outlet["zone"])
    known = (await job_store.job_types([job["job_type"]])).get(job["job_type"], {})
    asked = await service_store.request_of(job_id)
    signed_id, attempt = await _signed(job_id, job, zone)
    return Opened(
        job_id=job_id,
        fields=job,
        zone=zone,
        shown=followed(job, await _technician(job), zone, clock.now(), attempt),
        signed_id=signed_id,
        product=await _product(job),
        kind=Text(known.get("name", ""), known.get("name_en", "")),
        wish=(asked["preferred_day"], asked["preferred_part"]) if asked is not None else None,
        asks=await service_store.asks_of(job_id),
        judgements=await service_store.judgements_of(job_id),
        points=conduct_of(known),
    )


async def _signed(job_id: UUID, job: Mapping[str, Any], zone: ZoneInfo) -> tuple[UUID | None, Attempt | None]:
    """What was signed of a visit that ended without the work being done is the customer's as much as a completion; what
    does not hold, the office looks at first, and words that nobody signed for are the technician's to the office."""
    if job["completion_id"] is not None:
        return UUID(job["completion_id"]), None
    ended = attempts_of(job)
    held = {str(s["id"]): s for s in await statements.completions(network.EVERYWHERE, job_id)} if ended else {}
    for signed_id in ended:
        statement = held.get(signed_id)
        if statement is not None and statement["valid"] and statement["kind"] == "cannot_complete":
            return UUID(signed_id), attempt_of(msgspec.json.decode(statement["manifest"]), zone)
    return None, None


async def _technician(job: Mapping[str, Any]) -> tuple[str, str]:
    found = await network.technician(UUID(job["technician_id"])) if job["technician_id"] is not None else None
    return ("", "") if found is None else (found["name"], found["name_en"])


async def _product(job: Mapping[str, Any]) -> Text | None:
    unit = await product_store.unit(network.EVERYWHERE, UUID(job["unit_id"])) if job["unit_id"] is not None else None
    return None if unit is None else Text(unit["model_name"], unit["model_name_en"])


#: Items of a checklist whose key begins like this are the conduct standard: the customer sees and judges them.
CONDUCT: Final = "conduct_"


def conduct_of(job_type: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The points of the conduct standard that this kind of job is done by: {key, text, text_en} each."""
    return [item for item in job_type.get("checklist", ()) if item["key"].startswith(CONDUCT)]


# --------------------------------------------------------------------------------------- what is asked of the desk


async def wish(opened: Opened, wished: Wished) -> bool:
    """Passes it on to the desk, who see it with the job. Asking the same once more changes nothing. False when it is
    too late, or too much was asked today."""
    if opened.shown.standing not in OPEN:
        return False
    if any(_same(ask, wished) for ask in opened.asks if ask["settled_at"] is None):
        return True
    since = clock.now() - _DAY
    if sum(ask["asked_at"] > since for ask in opened.asks) >= MOST_ASKS:
        return False
    async with db.transaction():
        await ask_desk(opened.fields, wished.kind, wished.words, (wished.day, wished.part))
    return True


def _same(ask: Mapping[str, Any], wished: Wished) -> bool:
    asked = (ask["kind"], ask["words"], ask["preferred_day"], ask["preferred_part"])
    return asked == (wished.kind, wished.words, wished.day, wished.part)


async def ask_desk(job: Mapping[str, Any], kind: str, words: str, preferred: tuple[date | None, str]) -> None:
    """Inside a transaction: a row for the desk to settle, and a note for everybody who has the job."""
    place = {name: UUID(job[name]) for name in ("id", "centre_id", "outlet_id")}
    said = [f"{TEXTS[f'note_{kind}'].zh} · {TEXTS[f'note_{kind}'].en}", _when(*preferred), words]
    await service_store.add_ask(clock.new_id(), place, kind, words, preferred, clock.now())
    await jobs.add_note(place["id"], "\n".join(part for part in said if part))


def _when(day: date | None, part: str) -> str:
    if day is None and part == "any":
        return ""
    when = wished_time(day, part)
    return f"{when.zh} · {when.en}"


def wished_time(day: date | None, part: str) -> Text:
    """A preferred time in words."""
    at = TEXTS[f"part_{part}"]
    if part == "any":
        return TEXTS["soonest"] if day is None else date_text(day)
    on, words = (Text("", ""), "preferred_soon") if day is None else (date_text(day), "preferred")
    text = TEXTS[words]
    return Text(fill(text.zh, day=on.zh, part=at.zh), fill(text.en, day=on.en, part=at.en.lower()))


# ----------------------------------------------------------------------------------------------- the desk's part


async def make_for_desk(
    caller: Caller, job_id: UUID, code: str, locale: Locale, public_url: str, ours: Firm | None
) -> None:
    """A link for a job that somebody called about. `ours`: whose message it is; None: nothing is sent. Raises
    `Refused`: `not_found`, `too_many_requests`."""
    body = await job_store.body(caller.scope, job_id)
    if body is None:
        raise Refused(Code.NOT_FOUND)
    job = msgspec.json.decode(body)
    if await service_store.links_since(job_id, clock.now() - _DAY) >= MOST_LINKS:
        raise Refused(Code.TOO_MANY_REQUESTS, "links of this job", retry_after=3600)
    to = Following(job_id, UUID(job["centre_id"]), UUID(job["outlet_id"]), job["contact_phone"])
    async with db.transaction():
        await make_link(to, code, caller.user_id)
        if ours is not None:
            await send_link(to, code, "message_link", locale, public_url, ours)
