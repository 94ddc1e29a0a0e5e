"""What one technician will do at one job: decided by the seed alone, so that a restarted phone goes on where it was.
Pure."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SPEED = 25 / 3.6  # metres per second, door to door in a city
DETOUR = 1.3
_MINUTE = 60.0

#: Operations that a careless app might push: kind, arguments, whether on a job of somebody else, and the code of the
#: refusal. None of them may hold up what comes after (guarantee 8).
BAD: tuple[tuple[str, Mapping[str, Any], bool, str], ...] = (
    ("job.dance", {}, False, "unknown_kind"),
    ("job.note", {"text": 5}, False, "arguments_invalid"),
    ("job.note", {"text": "turned \u202e round"}, False, "text_forbidden_character"),
    ("job.note", {"text": "cut \u0000 short"}, False, "text_forbidden_character"),
    ("job.note", {"text": "not mine"}, True, "unknown_record"),
    ("job.use_part", {"part": "lamp", "quantity": 10**6}, False, "arguments_invalid"),
    ("job.patch", {"respond_by": "2099-01-01T00:00:00Z"}, False, "arguments_invalid"),
)

_NOTES = (
    "到达时无人,电话联系后开门。",
    "Neighbour let me in.",
    "Needs a second visit in spring.",
    "已拍照留存。",
    "Cable runs behind the wall.",
)
_PARTS = ("lamp_led_40w", "bracket_m8", "sign_post", "cable_5m", "bin_240l")
_READINGS = ("voltage_v", "width_cm", "noise_db")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation. `after`: virtual seconds since setting off. `bad`: the code it must be refused with."""

    kind: str
    args: Mapping[str, Any]
    after: float
    bad: str | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """`accepts`: says so as soon as the job is seen. `declines`: then nothing else happens. `dark`: without network
    from (`dark_from`, seconds since setting off) to `dark_until`. `photos`: how many. `spoilt`: signs with a wrong
    key."""

    accepts: bool
    declines: str | None
    steps: tuple[Step, ...]
    dark_from: float
    dark_until: float
    photos: int
    spoilt: bool

    @property
    def length(self) -> float:
        return self.steps[-1].after


def visit(seed: str, job: Mapping[str, Any], travel: float) -> Visit:
    """`job`: its fields as the phone has them. `travel`: seconds on the way."""
    dice = random.Random(seed)
    declines = "van broken down" if dice.random() < 0.02 else None
    work = job["duration_minutes"] * _MINUTE * dice.uniform(0.6, 1.4)
    steps = tuple(sorted(_steps(dice, job, travel, work), key=lambda step: step.after))
    end = steps[-1].after
    dark_from, dark_until = dice.choices(
        ((end + 1, end), (travel * 0.9, end + 5 * _MINUTE), (0.0, end + dice.uniform(20, 90) * _MINUTE)), (5, 4, 2)
    )[0]
    return Visit(
        accepts=dice.random() < 0.9,
        declines=declines,
        steps=steps,
        dark_from=dark_from,
        dark_until=dark_until,
        photos=dice.choice((1, 1, 2, 3)),
        spoilt=dice.random() < 0.02,
    )


def _steps(dice: random.Random, job: Mapping[str, Any], travel: float, work: float) -> Iterator[Step]:
    inside = travel + 3 * _MINUTE
    work = max(work, 8 * _MINUTE)
    if dice.random() < 0.9:
        yield Step("job.set_off", {"place": None}, 0.0)
    yield Step("job.arrive", {"place": _place(dice, job)}, travel)
    yield Step("job.start", {}, travel + 2 * _MINUTE)
    for share, kind, args, *bad in (*_work(dice, job), *_edits(dice, job)):
        yield Step(kind, args, inside + share * (work - 4 * _MINUTE), *bad)
    if dice.random() < 0.05:
        yield Step("job.cannot_complete", {"reason": "needs heavy machinery"}, inside + work)
    else:
        yield Step("job.complete", {}, inside + work)


#: When (share of the work), kind, arguments; of a bad one also the code of its refusal and whose job it is.
_Deed = tuple[Any, ...]


def _work(dice: random.Random, job: Mapping[str, Any]) -> Iterator[_Deed]:
    for number, item in enumerate(sorted(job["checklist"])):
        yield 0.1 + 0.05 * number, "job.check", {"item": item, "done": True, "value": "ok"}
    for number in range(dice.choice((0, 1, 1, 2))):
        yield 0.3 + 0.1 * number, "job.note", {"text": dice.choice(_NOTES)}
    for number in range(dice.choice((0, 0, 1, 2))):
        part = {"part": dice.choice(_PARTS), "quantity": dice.choice((1, 1, 2, 3))}
        yield 0.5 + 0.03 * number, "job.use_part", part
    if dice.random() < 0.4:
        yield 0.6, "job.read", {"reading": dice.choice(_READINGS), "value": dice.randint(1, 400)}
    if dice.random() < 0.05:
        yield 0.72, "job.pause", {"reason": "fetching a part"}
        yield 0.75, "job.resume", {}


def _edits(dice: random.Random, job: Mapping[str, Any]) -> Iterator[_Deed]:
    if dice.random() < 0.7:
        yield 0.2, "job.patch", {"diagnosis": f"found {dice.randint(1, 999)}"}
    if dice.random() < 0.4:
        phone = f"617-555-{dice.randint(0, 9999):04d}"
        yield 0.65, "job.patch", {"contact_phone": phone, "access_notes": f"code {dice.randint(0, 999)}"}
    if job.get("customer_id") and dice.random() < 0.5:
        yield 0.7, "customer.patch", {"access_notes": f"ring twice, dog {dice.randint(1, 999)}"}
    if dice.random() < 0.08:
        kind, args, foreign, code = dice.choice(BAD)
        yield 0.8, kind, args, code, foreign
    yield 0.95, "job.patch", {"result": f"done {dice.randint(1, 999)}"}


def _place(dice: random.Random, job: Mapping[str, Any]) -> dict[str, float]:
    return {
        "lat": round(job["lat"] + dice.uniform(-1, 1) * 2e-4, 6),
        "lon": round(job["lon"] + dice.uniform(-1, 1) * 2e-4, 6),
        "accuracy_m": round(dice.uniform(4, 60), 1),
    }


def travel_seconds(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great circle times a detour, and two minutes to park. Degrees in, seconds out."""
    (lat1, lon1), (lat2, lon2) = ([math.radians(x) for x in point] for point in (here, there))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(h)) * DETOUR / SPEED + 2 * _MINUTE
