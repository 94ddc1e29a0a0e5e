"""A self-contained routing problem and its answer: VROOM's published JSON, with a soft `due` and what people were told.

Source of the shape: https://github.com/VROOM-Project/vroom/blob/master/docs/API.md. Coordinates are (lon, lat), times
and lengths of time whole seconds (from any zero), distances metres. Keys not listed here are ignored, like VROOM does.
What we do with each key, and what we refuse, is in docs/solving.md.
"""

from typing import Annotated, Literal

import msgspec

Coordinates = tuple[float, float]
Window = tuple[int, int]
"""[first, last], both included."""
Text = Annotated[str, msgspec.Meta(max_length=4000)]
Lock = Literal["none", "person", "time", "both"]


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What comes in: unknown keys are ignored, so that any file made for VROOM can be read."""


class _Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What goes out: optional keys that say nothing are left out."""


class Break(_Asked, frozen=True, kw_only=True):
    id: int
    time_windows: list[Window] = []
    service: int = 0
    description: Text | None = None
    max_load: list[int] | None = None


class Costs(_Asked, frozen=True, kw_only=True):
    """Of using the vehicle, per hour and kilometre of travel, and per hour of work."""

    fixed: int = 0
    per_hour: int = 3600
    per_km: int = 0
    per_task_hour: int = 0


class PlannedStep(_Asked, frozen=True, kw_only=True):
    """A visit as people were told: `service_at` is when it begins; left out, the earliest time of the route as given.
    `fixed` (ours): it keeps its vehicle ("person"), its time, or both."""

    type: Text = "job"
    id: int | None = None
    service_at: int | None = None
    service_after: int | None = None
    service_before: int | None = None
    fixed: Lock = "none"


class Vehicle(_Asked, frozen=True, kw_only=True):
    """One person or van for one shift: somebody who works on two days is two vehicles."""

    id: int
    profile: Text = "car"
    description: Text | None = None
    start: Coordinates | None = None
    start_index: int | None = None
    end: Coordinates | None = None
    end_index: int | None = None
    capacity: list[int] = []
    costs: Costs = Costs()
    skills: list[int] = []
    type: Text = ""
    time_window: Window | None = None
    breaks: list[Break] = []
    speed_factor: float = 1.0
    max_tasks: int | None = None
    max_travel_time: int | None = None
    max_distance: int | None = None
    steps: list[PlannedStep] = []


class Job(_Asked, frozen=True, kw_only=True):
    """`due` (ours): the last second at which work may begin without breaking the promise; later is a breach that weighs
    `priority`, and 0 weighs as 1. `time_windows` and shifts are hard."""

    id: int
    description: Text | None = None
    location: Coordinates | None = None
    location_index: int | None = None
    setup: int = 0
    service: int = 0
    setup_per_type: dict[str, int] = {}
    service_per_type: dict[str, int] = {}
    amount: list[int] = []
    delivery: list[int] = []
    pickup: list[int] = []
    skills: list[int] = []
    priority: int = 0
    time_windows: list[Window] = []
    due: int | None = None


class Matrix(_Asked, frozen=True, kw_only=True):
    """Square, of whole numbers from 0, over the places that the indexes name."""

    durations: list[list[int]] | None = None
    distances: list[list[int]] | None = None
    costs: list[list[int]] | None = None


class Problem(_Asked, frozen=True, kw_only=True):
    """`matrices`: by profile; left out, the great circle of our travel model computes them from the coordinates.
    `matrix`: VROOM's old key for the durations of `car`."""

    vehicles: list[Vehicle]
    jobs: list[Job] = []
    shipments: list[msgspec.Raw] = []
    matrices: dict[str, Matrix] | None = None
    matrix: list[list[int]] | None = None


class Reason(_Told, frozen=True, kw_only=True, omit_defaults=True):
    """Why a job is on no route, or what looks wrong in the problem: stable `code`, one sentence in each language."""

    code: str
    zh: str
    en: str
    where: str | None = None


class Unassigned(_Told, frozen=True, kw_only=True, omit_defaults=True):
    id: int
    type: str
    reason: Reason
    location: Coordinates | None = None
    location_index: int | None = None
    description: str | None = None


class Step(_Told, frozen=True, kw_only=True, omit_defaults=True):
    """`duration`: travel so far; `load`: after the step. Ours: `due`, and `lateness` in seconds where it was missed."""

    type: str
    arrival: int
    duration: int
    setup: int
    service: int
    waiting_time: int
    violations: list[str]
    id: int | None = None
    description: str | None = None
    location: Coordinates | None = None
    location_index: int | None = None
    load: list[int] | None = None
    distance: int | None = None
    due: int | None = None
    lateness: int | None = None


class Route(_Told, frozen=True, kw_only=True, omit_defaults=True):
    vehicle: int
    cost: int
    setup: int
    service: int
    duration: int
    waiting_time: int
    priority: int
    violations: list[str]
    steps: list[Step]
    delivery: list[int] | None = None
    pickup: list[int] | None = None
    description: str | None = None
    distance: int | None = None


class Value(_Told, frozen=True, kw_only=True, omit_defaults=True):
    """A term of our objective for the whole plan: `value` in its unit, `cost` weighted, `tier`: place in the order."""

    term: str
    tier: int
    unit: str
    value: float
    cost: float


class Summary(_Told, frozen=True, kw_only=True, omit_defaults=True):
    """VROOM's, then ours: `breaches` are jobs begun after their `due` or, with a `due`, on no route; `lateness` in
    seconds; `hands`: visits by somebody else than people were told; `changed`: more than 15 minutes from their time;
    `moved`: how far, at most two hours each; `dropped`: on no route now."""

    cost: int
    routes: int
    unassigned: int
    setup: int
    service: int
    duration: int
    waiting_time: int
    priority: int
    violations: list[str]
    breaches: int
    lateness: int
    hands: int
    changed: int
    moved: int
    dropped: int
    objective: list[Value]
    delivery: list[int] | None = None
    pickup: list[int] | None = None
    distance: int | None = None


class Solution(_Told, frozen=True, kw_only=True, omit_defaults=True):
    """`code` is VROOM's: 0, for there is an answer. `warnings`: what looks wrong in the problem but did not stop us."""

    code: int
    summary: Summary
    unassigned: list[Unassigned]
    routes: list[Route]
    warnings: list[Reason]
