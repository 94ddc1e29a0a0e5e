"""A centre, an outlet, a dispatcher and technicians with phones, made for one day through the API."""

import json
import random
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from scripts.fieldday.calls import Person, Refusal, Uncertain
from scripts.fieldday.evidence import Key
from scripts.fieldday.source import Request, job_type_of
from scripts.fieldday.timeline import Day
from server.jobs.importing.mapping import JobMapping, Kind

_SHIFTS = ((7, 17), (7, 17), (9, 19), (14, 24))  # hours of the day, dealt out in turn
_SKILLS_EACH = 3


@dataclass(frozen=True, slots=True)
class Hand:
    """A technician: user, device and place. `shift`: (begins, ends), UTC."""

    number: int
    technician_id: str
    user_id: str
    username: str
    password: str
    device_id: str
    home: tuple[float, float]
    shift: tuple[datetime, datetime]
    folder: Path


@dataclass(frozen=True, slots=True)
class Firm:
    run: str
    hq: Person
    dispatcher: Person
    neighbour: Person
    outlet_id: str
    hands: Sequence[Hand]


LOCAL = "http://127.0.0.1:8000"


def administrator(url: str | None, data: Path, username: str | None, password: str | None) -> Person:
    """An HQ manager: named, or the one of the demo in `data`, which also says where its server is unless `url` does.
    Raises ValueError when there is none."""
    if username is not None and password is not None:
        return Person(url or LOCAL, username, password)
    demo = data / "demo.json"
    if not demo.is_file():
        raise ValueError(
            f"there is no {demo}: name an HQ manager (--username, --password) or the data directory of a demo (--data)"
        )
    handout = json.loads(demo.read_text("utf-8"))
    for account in handout["accounts"]:
        if account["role"] == "hq_manager":
            return Person(url or handout["base_url"], account["username"], account["password"])
    raise ValueError(f"{demo} names no HQ manager")


def found(
    hq: Person, url: str, day: Day, mapping: JobMapping, requests: Sequence[Request], crew: int, folder: Path
) -> Firm:
    """Everything new for this run but job types and promises, which later runs use again."""
    run = secrets.token_hex(3)
    kinds = {job_type_of(r.kind): r.kind for r in requests}
    _job_types(hq, mapping, kinds)
    _promises(hq, day, kinds)
    centre = hq.post("/centres", {"name": f"实战日 {run}", "name_en": f"Field day {run}"})["id"]
    middle = _middle(requests)
    outlets = [_outlet(hq, mapping, centre, f"{name} {run}", middle) for name in ("本队", "邻队")]
    dispatcher, neighbour = (_office(hq, url, f"fd{run}-desk{n}", centre, outlet) for n, outlet in enumerate(outlets))
    dice = random.Random(run)
    skills = sorted({kind.skill for kind in kinds.values() if kind.skill})
    hands = []
    for number in range(crew):
        some = [skills[(number + n) % len(skills)] for n in range(min(_SKILLS_EACH, len(skills)))]
        hands.append(_hand(hq, url, day, run, number, (centre, outlets[0]), some, _home(dice, requests), folder))
    return Firm(run, hq, dispatcher, neighbour, outlets[0], hands)


def _job_types(hq: Person, mapping: JobMapping, kinds: dict[str, Kind]) -> None:
    known = {t["code"] for t in hq.get("/job-types")}
    for code in sorted(kinds.keys() - known):
        kind = kinds[code]
        new = {
            "code": code,
            "name": kind.name,
            "name_en": kind.name_en,
            "skill": kind.skill,
            "duration_minutes": kind.duration_minutes,
            "checklist": [msgspec.structs.asdict(item) for item in mapping.job_types.checklist],
            "photos_required": mapping.job_types.photos_required,
        }
        try:
            hq.post("/job-types", new, repeatable=True)
        except Refusal as refusal:
            if refusal.code != "invalid":  # taken: another run was quicker
                raise


def _promises(hq: Person, day: Day, kinds: dict[str, Kind]) -> None:
    """On site within two to eight hours, around the clock."""
    standing = hq.get("/commitments/policies")
    ours = {p["code"] for p in standing if datetime.fromisoformat(p["effective_from"]) <= day.begins}
    missing = sorted(kinds.keys() - ours)
    if not missing:
        return
    calendar = hq.post("/commitments/calendars", {"name": "全天候", "name_en": "24×7", "always_open": True})["id"]
    for number, code in enumerate(missing):
        hours = (2, 4, 8)[number % 3]
        policy = {
            "code": code,
            "name": f"{hours} 小时上门",
            "name_en": f"On site within {hours} h",
            "calendar_id": calendar,
            "job_type": code,
            "respond_seconds": hours * 3600,
            "effective_from": "2020-01-01T00:00:00Z",
        }
        hq.post("/commitments/policies", policy)


def _middle(requests: Sequence[Request]) -> tuple[float, float]:
    return _mean(r.fields["lat"] for r in requests), _mean(r.fields["lon"] for r in requests)


def _mean(numbers: Iterable[float]) -> float:
    all_ = list(numbers)
    return round(sum(all_) / len(all_), 5)


def _outlet(hq: Person, mapping: JobMapping, centre: str, name: str, middle: tuple[float, float]) -> str:
    new = {"centre_id": centre, "name": name, "zone": mapping.outlets.zone, "lat": middle[0], "lon": middle[1]}
    made: str = hq.post("/outlets", new)["id"]
    return made


def _office(hq: Person, url: str, username: str, centre: str, outlet: str) -> Person:
    password = secrets.token_urlsafe(16)
    place = {"centre_id": centre, "outlet_id": outlet, "role": "dispatcher"}
    _user(hq, {"username": username, "name": username, "password": password, "locale": "en", **place})
    person = Person(url, username, password)
    person.log_in()
    return person


def _user(hq: Person, new: dict[str, Any]) -> None:
    try:
        hq.post("/users", new)
    except Uncertain:
        try:
            hq.post("/users", new)
        except Refusal as refusal:
            if refusal.code != "username_taken":
                raise


def _home(dice: random.Random, requests: Sequence[Request]) -> tuple[float, float]:
    """People live where there is work."""
    near = dice.choice(requests).fields
    return near["lat"], near["lon"]


def _hand(
    hq: Person,
    url: str,
    day: Day,
    run: str,
    number: int,
    place: tuple[str, str],
    skills: Sequence[str],
    home: tuple[float, float],
    folder: Path,
) -> Hand:
    begins, ends = (day.at(hour) for hour in _SHIFTS[number % len(_SHIFTS)])
    technician = hq.post(
        "/technicians",
        {
            "outlet_id": place[1],
            "name": f"技师 {number:02d}",
            "name_en": f"Technician {number:02d}",
            "skills": list(skills),
            "home_lat": home[0],
            "home_lon": home[1],
            "shifts": [{"starts_at": begins.isoformat(), "ends_at": ends.isoformat()}],
        },
    )
    username, password = f"fd{run}-t{number:02d}", secrets.token_urlsafe(16)
    role = {"role": "technician", "technician_id": technician["id"], "centre_id": place[0], "outlet_id": place[1]}
    _user(hq, {"username": username, "name": f"技师 {number:02d}", "password": password, **role})
    person = Person(url, username, password)
    key = Key()
    device = person.post("/devices", {"public_key": key.public, "name": f"phone {number:02d}"})
    own = folder / f"{number:02d}"
    own.mkdir(parents=True)
    key.save(own / "key.pem")
    (own / "token").write_text(person.token, "utf-8")
    person.close()
    return Hand(
        number=number,
        technician_id=technician["id"],
        user_id=person.user["id"],
        username=username,
        password=password,
        device_id=device["id"],
        home=home,
        shift=(begins, ends),
        folder=own,
    )
