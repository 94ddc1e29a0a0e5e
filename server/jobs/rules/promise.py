"""A job's promise as far as its own fields tell; `server.commitments.rules` knows pauses and history. Pure.

Instants are ISO 8601. Phones show the same before the server has judged (server/web/shared/replica/fieldwork/job.ts).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.jobs.rules import lifecycle


def judged(
    respond_by: str | None, resolve_by: str | None, arrived_at: str | None, finished_at: str | None = None
) -> str:
    """`void` when nothing was promised; `missed` when either promise is; `met` when all are; else `running`."""
    promised = [(by, at) for by, at in ((respond_by, arrived_at), (resolve_by, finished_at)) if by is not None]
    if not promised:
        return "void"
    if any(at is not None and _instant(at) > _instant(by) for by, at in promised):
        return "missed"
    return "met" if all(at is not None for _, at in promised) else "running"


def counts_first(known: Mapping[str, Any] | None, at: str, grade: str) -> bool:
    """Whether an arrival takes the place of the one that is known: the earliest counts, but a suspect time only where
    there is no better (clock rule 3)."""
    if known is None:
        return True
    if (known["grade"] == "suspect") != (grade == "suspect"):
        return grade != "suspect"
    return _instant(at) < _instant(known["at"])


def at_risk(job: Mapping[str, Any]) -> bool:
    """Whether the visit that is booked misses what is promised and not yet done."""
    if job["window_start"] is None or job["state"] not in lifecycle.LIVE:
        return False
    respond_by, resolve_by = job["respond_by"], job["resolve_by"]
    late = respond_by is not None and job["arrival"] is None and _instant(job["window_start"]) > _instant(respond_by)
    return late or (resolve_by is not None and _instant(job["window_end"]) > _instant(resolve_by))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
