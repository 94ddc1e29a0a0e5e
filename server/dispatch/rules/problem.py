"""Pure. What dispatch is asked with: jobs, technicians, the visits they already have, and the limits that hold.

Times are whole seconds since the Unix epoch (UTC), lengths of time are seconds, places are WGS 84 degrees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Lock = Literal["none", "person", "time", "both"]


class Place(NamedTuple):
    lat: float
    lon: float


class Span(NamedTuple):
    """[start, end)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Job:
    """`due`: the latest arrival that keeps the promise, None without one; `weight`: what missing it costs beside
    others. `windows`: when the site can be entered, empty for always. `last_technician_id`: who was there last time;
    `declined_by`: who will not do it. `parts`: part → quantity that the visit needs; `depot`: what of them is free at
    the outlet's depot. `lock`: what of its present visit is fixed, `held_by` and `held` say whose it is and when."""

    id: str
    lat: float
    lon: float
    service_s: int
    outlet_id: str
    skills: frozenset[str] = frozenset()
    earliest: int = 0
    due: int | None = None
    weight: float = 1.0
    windows: tuple[Span, ...] = ()
    last_technician_id: str | None = None
    declined_by: frozenset[str] = frozenset()
    parts: Mapping[str, int] = field(default_factory=dict)
    depot: Mapping[str, int] = field(default_factory=dict)
    lock: Lock = "none"
    held_by: str | None = None
    held: Span | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A published visit. It keeps its `start` unless something pushes it; a lock on the time forbids that. `parts`:
    what it needs of the van. `ends_by`: when it must be over, and why: a certificate ends, or a loan."""

    job_id: str
    lat: float
    lon: float
    start: int
    service_s: int
    due: int | None = None
    weight: float = 1.0
    lock: Lock = "none"
    windows: tuple[Span, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    ends_by: tuple[int, str] | None = None

    @property
    def end(self) -> int:
        return self.start + self.service_s


@dataclass(frozen=True, slots=True)
class Technician:
    """`skills`: those that need no certificate; `certified`: skill → when a certificate for it is valid, empty when
    none was ever shown. `lent_to`: outlet → for which periods this person is lent to it; meanwhile the own outlet does
    without. `van`: part → quantity on board. `here`, `free_from`: where the person is known to be, and from when;
    otherwise each shift starts at `home`. `recent_work_s`: the load of the past weeks, as `rules.fairness` weighs it.
    `shifts` and `route` (visits not yet finished) are in order of time."""

    id: str
    no: int
    name: str
    outlet_id: str
    home: Place
    shifts: tuple[Span, ...]
    name_en: str = ""
    skills: frozenset[str] = frozenset()
    route: tuple[Stop, ...] = ()
    absences: tuple[Span, ...] = ()
    lent_to: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    here: Place | None = None
    free_from: int = 0
    recent_work_s: int = 0
    certified: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    van: Mapping[str, int] = field(default_factory=dict)


Within = tuple[str, Sequence[Span]]
"""A hard rule, and the spans of which one must hold the whole visit."""


class Limits(NamedTuple):
    """`freeze_s`: visits that start sooner than this from now stay as they are. `overtime_s`: how far work and the way
    home may reach beyond the shift; it has its price in the objective."""

    freeze_s: int = 0
    overtime_s: int = 3600


def spans_within(job: Job, technician: Technician) -> list[Within]:
    """What ties this visit to certain spans: certificates, a loan, a time that is fixed."""
    found: list[Within] = []
    if technician.certified:
        needed = (skill for skill in job.skills if skill not in technician.skills)
        found = [("certificate", technician.certified.get(skill, ())) for skill in needed]
    if job.outlet_id != technician.outlet_id:
        found.append(("territory", technician.lent_to.get(job.outlet_id, ())))
    if job.lock in ("time", "both") and job.held is not None:
        found.append(("locked", (Span(job.held.start, job.held.start + job.service_s),)))
    return found


def spans_barred(job: Job, technician: Technician) -> list[tuple[str, Span]]:
    """When this person cannot be at work for the job's outlet, with the rule that says so."""
    barred = [("absence", span) for span in technician.absences]
    if technician.lent_to:
        away = (spans for outlet_id, spans in technician.lent_to.items() if outlet_id != job.outlet_id)
        barred += [("territory", span) for spans in away for span in spans]
    return barred


def parts_from(job: Job, technician: Technician) -> Literal["van", "depot"] | None:
    """Where the parts come from that the job needs, beside what the visits to come need; None: from nowhere."""
    short = {}
    for part, quantity in job.parts.items():
        promised = sum(stop.parts.get(part, 0) for stop in technician.route)
        short[part] = quantity - max(0, technician.van.get(part, 0) - promised)
    if all(quantity <= 0 for quantity in short.values()):
        return "van"
    return "depot" if all(quantity <= job.depot.get(part, 0) for part, quantity in short.items()) else None
