"""Puts the cast into the database: network, people with their logins, standards, customers, products."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from schemas.accounts import NewUser, Role
from schemas.catalogue import NewBomPart, NewFaultCode
from schemas.commitments import NewPolicy
from schemas.customers import NewCustomer
from schemas.network import NewOutlet, NewServiceCentre, NewShift, NewTechnician, SkillTerms
from schemas.products import NewModel, NewProductLine, NewUnit
from server.accounts import actions as accounts
from server.accounts import passwords
from server.commitments import calendars, policies
from server.commitments import store as commitment_store
from server.customers import actions as customers
from server.demo import places, standards, store
from server.demo.cast import FIRM, HOTLINE, LOCAL, Cast, Staff, day_of
from server.demo.catalogue import LINES, MODELS
from server.demo.names import Person
from server.demo.parts import FAULTS, PARTS, safety_note
from server.demo.plan import Plan
from server.jobs import actions as jobs
from server.jobs import store as job_store
from server.network import actions as network
from server.network import people, people_store
from server.platform import clock
from server.platform.auth import Caller
from server.products import actions as products
from server.products import catalogue, notices
from server.products import store as product_store
from server.products.rules.serial import ALPHABET


class Account(NamedTuple):
    """A login as demo.json names it, and the hash that the database gets."""

    username: str
    password: str
    password_hash: str


@dataclass(slots=True)
class Firm:
    """Ids and callers, in the order of the cast. `accounts`: as demo.json has them."""

    outlets: list[dict[str, Any]] = field(default_factory=list)
    technician_ids: list[UUID] = field(default_factory=list)
    phones_of: list[Caller] = field(default_factory=list)
    dispatchers: list[Caller] = field(default_factory=list)
    directors: list[Caller] = field(default_factory=list)
    customer_ids: list[UUID] = field(default_factory=list)
    unit_ids: list[UUID] = field(default_factory=list)
    accounts: list[dict[str, str]] = field(default_factory=list)


async def hash_passwords(cast: Cast) -> list[Account]:
    """One for each of the staff, then each technician; the hashing takes most of the time, so it runs in threads."""
    people = [s.person for s in cast.staff] + [t.person for t in cast.technicians]
    made = [_new_password() for _ in people]
    hashed = await asyncio.gather(*(passwords.hash_password(password) for password in made))
    return [Account(p.login, *pair) for p, pair in zip(people, zip(made, hashed, strict=True), strict=True)]


def _new_password() -> str:
    """60 random bits, for thumbs: no look-alikes, in fours."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12)).lower()
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


async def found(cast: Cast, accounts_made: Sequence[Account]) -> Firm:
    """Headquarters, centres, outlets, technicians and everybody's login. Inside a transaction."""
    firm = Firm()
    headquarters = await network.create_headquarters(*FIRM, HOTLINE)
    centres = {
        key: await network.create_centre(headquarters, NewServiceCentre(name=name, name_en=name_en))
        for key, (name, name_en) in places.CENTRES.items()
    }
    for district in places.DISTRICTS:
        outlet = NewOutlet(
            centre_id=centres[district.centre],
            name=f"{district.name}特约服务网点",
            name_en=f"{district.name_en} Service Outlet",
            grade=district.grade,
            zone=places.ZONE,
            lat=district.at.lat,
            lon=district.at.lon,
        )
        firm.outlets.append(msgspec.structs.asdict(outlet) | {"id": await network.create_outlet(outlet)})
    taken = await store.usernames()
    staff, field_people = accounts_made[: len(cast.staff)], accounts_made[len(cast.staff) :]
    for person, account in zip(cast.staff, staff, strict=True):
        caller = await _hire(firm, person, account, centres, taken)
        if caller.role is Role.DISPATCHER:
            firm.dispatchers.append(caller)
        elif caller.role is Role.HQ_MANAGER:
            firm.directors.append(caller)
    for index, account in enumerate(field_people):
        await _equip(firm, cast, index, account, taken)
    return firm


async def _hire(firm: Firm, staff: Staff, account: Account, centres: dict[str, UUID], taken: set[str]) -> Caller:
    outlet_id = firm.outlets[staff.outlet]["id"] if staff.outlet is not None else None
    centre_id = centres[staff.centre] if staff.centre is not None else None
    place = {"centre_id": centre_id, "outlet_id": outlet_id, "technician_id": None}
    return await _log_in(firm, staff.person, Role(staff.role), account, place, staff.locale, taken)


async def _equip(firm: Firm, cast: Cast, index: int, account: Account, taken: set[str]) -> None:
    technician = cast.technicians[index]
    outlet = firm.outlets[technician.outlet]
    new = NewTechnician(
        outlet_id=outlet["id"],
        name=technician.person.name,
        name_en=technician.person.name_en,
        skills=list(technician.skills),
        home_lat=technician.home.lat,
        home_lon=technician.home.lon,
        shifts=[NewShift(starts_at=start, ends_at=end) for start, end in technician.shifts],
    )
    technician_id = await network.create_technician(new, outlet["centre_id"])
    firm.technician_ids.append(technician_id)
    place = {"centre_id": outlet["centre_id"], "outlet_id": outlet["id"], "technician_id": technician_id}
    firm.phones_of.append(await _log_in(firm, technician.person, Role.TECHNICIAN, account, place, "zh-CN", taken))


async def _log_in(
    firm: Firm,
    person: Person,
    role: Role,
    account: Account,
    place: dict[str, UUID | None],
    locale: str,
    taken: set[str],
) -> Caller:
    username = account.username
    while username in taken:  # an administrator made before the firm
        username += "2"
    taken.add(username)
    new = NewUser(username=username, name=person.name, password=account.password, role=role, locale=locale, **place)
    user_id = await accounts.create_user(new, account.password_hash)
    firm.accounts.append({"role": role.value, "username": username, "password": account.password, "name": person.name})
    return Caller(user_id, role, place.get("centre_id"), place.get("outlet_id"), place.get("technician_id"))


async def set_standards(now: datetime) -> None:
    """Kinds of jobs, calendars, promises; what is there already under the same code stays as it is."""
    known = await job_store.job_types()
    procedures = standards.procedures()
    for kind in procedures.job_type:
        if kind.code not in known:
            checklist = [msgspec.structs.asdict(item) for item in procedures.checklist(kind)]
            await jobs.add_job_type(
                *(kind.code, kind.name, kind.name_en),
                skill=kind.skill,
                duration_minutes=kind.minutes,
                checklist=checklist,
                photos_required=kind.photos,
            )
    await _name_skills(procedures)
    await _promise(now - timedelta(days=365))
    await catalogue.ensure_default_components()
    await products.ensure_default_policies()


async def _name_skills(procedures: standards.Procedures) -> None:
    """What technicians of the cast can: kinds of work, and lines of products."""
    work = {kind.skill: (kind.name, kind.name_en) for kind in procedures.job_type if kind.code == kind.skill}
    for code, (name, name_en) in (work | LINES).items():
        if not await people_store.skill_known(code):
            await people.keep_skill(code, SkillTerms(name=name, name_en=name_en))


async def _promise(since: datetime) -> None:
    promised = {row["code"] for row in await commitment_store.policies()}
    made = {row["code"]: row["id"] for row in (await commitment_store.calendars()).values()}
    for calendar in standards.promises().calendar:
        if calendar.key not in made:
            made[calendar.key] = await calendars.add_calendar(calendar.as_new())
    for text in standards.promises().policy:
        if text.code in promised:
            continue
        new = NewPolicy(
            code=text.code,
            name=text.name,
            name_en=text.name_en,
            calendar_id=made[text.calendar],
            job_type=text.job_type,
            region_grade=text.region_grade,
            respond_seconds=_seconds(text.respond_hours),
            respond_day=text.respond_day,
            resolve_seconds=_seconds(text.resolve_hours),
            steps=[step.as_step() for step in standards.promises().escalation],
            effective_from=since,
        )
        await policies.add_policy(new)


def _seconds(hours: int | None) -> int | None:
    return None if hours is None else hours * 3600


async def fill_files(firm: Firm, cast: Cast, plan: Plan) -> None:
    """Customers and their units, and the units in stock."""
    news = [
        (
            firm.outlets[c.outlet]["centre_id"],
            NewCustomer(
                outlet_id=firm.outlets[c.outlet]["id"],
                name=c.name,
                phone=c.phone,
                address=c.address,
                access_notes=c.access_notes,
                lat=c.at.lat,
                lon=c.at.lon,
            ),
        )
        for c in cast.customers
    ]
    firm.customer_ids = await customers.create_customers(news, firm.dispatchers[0].user_id)
    await _list_products()
    await notices.publish(firm.directors[0], safety_note(clock.now().date()))
    days = _days_of_sale(plan)
    await _put_on_record(firm, [_unit(firm, cast, index, days.get(index)) for index in range(len(cast.units))])


async def _put_on_record(firm: Firm, units: Sequence[tuple[UUID, NewUnit]]) -> None:
    """Each on the last of its days, if that lies ahead: nothing is on record before it has happened."""
    told = clock.now()
    ids: dict[int, UUID] = {}
    by_day: dict[datetime, list[int]] = {}
    for index, (_, unit) in enumerate(units):
        days = [day for day in (unit.sold_on, unit.installed_on, unit.registered_on) if day is not None]
        morning = datetime.combine(max(days), time(), LOCAL).astimezone(clock.UTC) if days else told
        by_day.setdefault(max(told, morning), []).append(index)
    for instant, indices in sorted(by_day.items()):
        with clock.as_of(instant):
            made = await products.create_units([units[i] for i in indices], firm.dispatchers[0].user_id)
        ids |= dict(zip(indices, made, strict=True))
    firm.unit_ids = [ids[index] for index in range(len(units))]


async def _list_products() -> None:
    known = {line.code for line in await product_store.lines()}
    for code, (name, name_en) in LINES.items():
        if code not in known:
            await products.add_line(NewProductLine(code=code, name=name, name_en=name_en))
    for model in MODELS:
        made = await products.add_model(
            NewModel(line_code=model.line, gtin=model.gtin, name=model.name, name_en=model.name_en)
        )
        for part in PARTS[model.line]:
            await catalogue.add_bom_part(made.id, NewBomPart(**part._asdict()))
    for fault in FAULTS:
        await catalogue.add_fault_code(NewFaultCode(**fault._asdict()))


class _Days(NamedTuple):
    sold_on: date
    installed_on: date | None


def _days_of_sale(plan: Plan) -> dict[int, _Days]:
    """What the jobs say about units just sold: they are delivered and installed when the job says so."""
    days = {}
    for task in plan.tasks:
        called = day_of(task.opened_at)
        if task.job_type in ("delivery", "installation"):
            over = task.ended_at is not None and task.fate == "visit" and task.job_type == "installation"
            days[task.unit] = _Days(called, day_of(task.ended_at) if over and task.ended_at else None)
        elif task.job_type == "return_pickup":
            days[task.unit] = _Days(called - timedelta(days=6), called - timedelta(days=5))
    return days


def _unit(firm: Firm, cast: Cast, index: int, days: _Days | None) -> tuple[UUID, NewUnit]:
    unit = cast.units[index]
    outlet = firm.outlets[unit.outlet]
    sold_on, installed_on = days or (unit.sold_on, unit.installed_on)
    new = NewUnit(
        outlet_id=outlet["id"],
        gtin=unit.model.gtin,
        serial=unit.serial,
        customer_id=None if unit.customer is None else firm.customer_ids[unit.customer],
        manufactured_on=min(unit.manufactured_on, sold_on - timedelta(days=5)) if sold_on else unit.manufactured_on,
        sold_on=sold_on,
        installed_on=installed_on,
        registered_on=unit.registered_on,
    )
    return outlet["centre_id"], new
