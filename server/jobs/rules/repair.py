"""What a job has done to its product, read off the job as it stands: the repair it is, and the day of installation.

Pure. Everything follows from the record and from what was signed, never from the order in which it was handed in: so
repeats and late pushes lead to the same repair, and what a settlement takes back is taken back here too.

| the job                                             | the repair                                                   |
| --------------------------------------------------- | ------------------------------------------------------------ |
| was not begun, or was cancelled or deleted          | none                                                         |
| is in hand for the first time, nobody has left      | none yet: it will begin with the first arrival               |
| was left open, or taken up again                    | with us since the first arrival; `parts` while it waits for  |
|                                                     | parts                                                        |
| was completed                                       | until then; cured, unless what was signed says otherwise     |
| could not be done                                   | until then, not cured; with us while it waits for parts      |
| could not be done, and was closed                   | until then, not cured                                        |
| was left because of the customer alone              | none: waiting for the customer is not repair                 |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from server.jobs.rules.product import report_of
from server.products.rules.policy import WHOLE_UNIT

#: A job type of one of these codes, or of one that begins with it and `_`.
REPAIR, INSTALLATION = "repair", "installation"
_PARTS = "waiting_for_parts"
#: The customer, not the repair, keeps the product waiting.
_CUSTOMERS = frozenset({"customer_asked_later", "no_access"})
_LONGEST_CODE = 64


@dataclass(frozen=True, slots=True)
class Work:
    """`component`: the group or part that was reported, else the whole unit. Days are the outlet's."""

    unit_id: str
    component: str
    started_on: date
    finished_on: date | None
    cured: bool
    delay: Literal["parts"] | None
    fault_code: str
    reported_on: date


def is_kind(job: Mapping[str, Any], kind: str) -> bool:
    code = job["job_type"]
    return bool(code == kind or code.startswith(f"{kind}_"))


def leaves_a_trace(job: Mapping[str, Any]) -> bool:
    """Whether there is a repair or an installation to be told of the job; asks for nothing but the job."""
    if job["unit_id"] is None or job["deleted_at"] is not None or job["state"] == "cancelled":
        return False
    if is_kind(job, REPAIR):
        return _course(job) is not None
    return is_kind(job, INSTALLATION) and job["finished_at"] is not None


#: What a repair or an installation is read off.
READ = (
    *("unit_id", "job_type", "state", "visits_done", "arrival", "finished_at", "completion_id", "deleted_at"),
    "outlet_id",
)


def repair_of(job: Mapping[str, Any], manifest: Any, zone: tzinfo) -> Work | None:
    """`manifest`: what was signed with the completion that counts; None when there is none."""
    if job["unit_id"] is None or not is_kind(job, REPAIR) or job["deleted_at"] is not None:
        return None
    course = _course(job)
    if course is None or job["state"] == "cancelled":
        return None
    report = report_of(manifest)
    ended = _ended(job, course)
    finished_on = None if ended is None else _day(ended, zone)
    started_on = min(_day(course.began, zone), finished_on or date.max)
    return Work(
        unit_id=job["unit_id"],
        component=_component(report),
        started_on=started_on,
        finished_on=finished_on,
        cured=ended is None or (job["finished_at"] is not None and report.get("cured") is not False),
        delay="parts" if ended is None and course.waits_for_parts else None,
        fault_code=_fault_code(report),
        reported_on=min(_day(job["opened_at"], zone), started_on),
    )


def installed_on(job: Mapping[str, Any], zone: tzinfo) -> date | None:
    """The day on which the job put its product in; None while it has not."""
    over = job["state"] in ("completed", "closed") and job["finished_at"] is not None and job["deleted_at"] is None
    return _day(job["finished_at"], zone) if over and is_kind(job, INSTALLATION) else None


@dataclass(frozen=True, slots=True)
class _Course:
    """`began`, `last`: instants, as the record has them."""

    began: str
    last: str
    waits_for_parts: bool
    waits_for_customer: bool


def _course(job: Mapping[str, Any]) -> _Course | None:
    """How the visits went; None while there was none, or none that the repair can be said to have begun with."""
    began: str | None = None
    sure = parts = customers = False
    visits = _in_order(job)
    all_suspect = all(line["grade"] == "suspect" for line in visits)
    for line in visits:
        event, cause = line["event"], line.get("cause")
        if began is None and (all_suspect or line["grade"] != "suspect"):
            began = line["at"]
        if cause in _CUSTOMERS and not sure:
            began = None
        elif event != "arrive":
            sure = True
        customers = cause in _CUSTOMERS
        parts = cause == _PARTS or (parts and customers)
    if not sure:
        return None
    return _Course(began or visits[-1]["at"], visits[-1]["at"], parts, customers)


def _in_order(job: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What was done on site, by the time it was done."""
    lines: list[Mapping[str, Any]] = list(job["visits_done"])
    arrival = job["arrival"]
    if arrival is not None:
        lines.append({"id": "", "event": "arrive", "at": arrival["at"], "grade": arrival["grade"]})
    return sorted(lines, key=lambda line: (datetime.fromisoformat(line["at"]), line["id"]))


def _ended(job: Mapping[str, Any], course: _Course) -> str | None:
    state: str = job["state"]
    if state in ("completed", "closed"):
        finished: str | None = job["finished_at"]
        return finished or course.last
    if state == "cannot_complete" and not (course.waits_for_parts or course.waits_for_customer):
        return course.last
    return None


def _component(report: Mapping[str, Any]) -> str:
    named = report.get("component")
    return named if isinstance(named, str) and _is_code(named) else WHOLE_UNIT


def _is_code(text: str) -> bool:
    """As policies name components."""
    rest_fits = all(c.isascii() and (c.isdigit() or c.islower() or c in "_.-") for c in text)
    return 0 < len(text) <= _LONGEST_CODE and "a" <= text[0] <= "z" and rest_fits


def _fault_code(report: Mapping[str, Any]) -> str:
    named = report.get("fault_code")
    return named if isinstance(named, str) and len(named) <= _LONGEST_CODE and named.isprintable() else ""


def _day(instant: str, zone: tzinfo) -> date:
    return datetime.fromisoformat(instant).astimezone(zone).date()
