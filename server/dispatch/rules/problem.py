"""Pure. What dispatch is asked with: jobs, technicians, the visits they already have, and the limits that hold.

Times are whole seconds since the Unix epoch (UTC), lengths of time are seconds, places are WGS 84 degrees.
"""

from dataclasses import dataclass
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
    `declined_by`: who will not do it."""

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


@dataclass(frozen=True, slots=True)
class Stop:
    """A published visit. It keeps its `start` unless something pushes it; a lock on the time forbids that."""

    job_id: str
    lat: float
    lon: float
    start: int
    service_s: int
    due: int | None = None
    weight: float = 1.0
    lock: Lock = "none"
    windows: tuple[Span, ...] = ()

    @property
    def end(self) -> int:
        return self.start + self.service_s


@dataclass(frozen=True, slots=True)
class Technician:
    """`skills`: those whose certificates are valid. `lent_to`: outlets with an active borrowing. `here`, `free_from`:
    where the person is known to be, and from when; otherwise each shift starts at `home`. `recent_work_s`: what the
    past weeks brought, for fairness. `shifts` and `route` (visits not yet finished) are in order of time."""

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
    lent_to: frozenset[str] = frozenset()
    here: Place | None = None
    free_from: int = 0
    recent_work_s: int = 0


class Limits(NamedTuple):
    """`freeze_s`: visits that start sooner than this from now stay as they are. `overtime_s`: how far work and the way
    home may reach beyond the shift; it has its price in the objective."""

    freeze_s: int = 0
    overtime_s: int = 3600
