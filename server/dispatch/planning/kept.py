"""Pure. What a plan holds once it is made: kept as JSON, read back for the desk and for publishing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.dispatch import PlanFailure, PlanHead, PlanItem, PlanState, PlanTerm, PlanTotals
from schemas.travel import TravelTimes
from server.dispatch.planning import saying
from server.dispatch.planning.drafting import CARRIED_OUT, in_a_sentence, sentence

SEARCH, INSERTION = "search", "insertion"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """`seen`: job → what of it the plan was made from, as `staleness.seen`. `outlet_ids`: whose jobs they are.
    `counts`: change → jobs. For a list of plans `items` and `seen` are left in the database: they are a kilobyte a
    job."""

    items: list[PlanItem] = []
    seen: dict[str, dict[str, Any]] = {}
    objective: list[PlanTerm]
    before: PlanTotals
    after: PlanTotals
    counts: dict[str, int]
    told_changes: int
    outlet_ids: list[UUID]
    method: str
    travel: TravelTimes
    elapsed_seconds: float


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A plan's row. `published`: job → when."""

    id: UUID
    centre_id: UUID
    outlet_id: UUID | None
    state: PlanState
    made_by: UUID | None
    made_by_name: str
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    seconds: float
    expires_at: datetime
    failure: str | None
    published: Mapping[str, datetime]
    made: Made | None

    def items(self) -> list[PlanItem]:
        """As made, with what has been published since."""
        if self.made is None:
            return []
        done = self.published
        return [
            msgspec.structs.replace(item, published_at=done[str(item.job_id)]) if str(item.job_id) in done else item
            for item in self.made.items
        ]


def head(kept: Kept) -> PlanHead:
    return PlanHead(**facts(kept))


def facts(kept: Kept) -> dict[str, Any]:
    """The fields of `PlanHead`."""
    made = kept.made
    counts = made.counts if made else {}
    to_do = sum(counts.get(change.value, 0) for change in CARRIED_OUT)
    nothing = saying.FAILURES.get(kept.failure or "", saying.SOLVING)
    return {
        "id": kept.id,
        "centre_id": kept.centre_id,
        "outlet_id": kept.outlet_id,
        "state": kept.state,
        "made_by": kept.made_by,
        "made_by_name": kept.made_by_name,
        "made_at": kept.made_at,
        "starts_at": kept.starts_at,
        "ends_at": kept.ends_at,
        "expires_at": kept.expires_at,
        "seconds": kept.seconds,
        "elapsed_seconds": made.elapsed_seconds if made else None,
        "method": made.method if made else "",
        "travel": made.travel if made else None,
        "before": made.before if made else None,
        "after": made.after if made else None,
        "counts": counts,
        "open": to_do - len(kept.published),
        "told_changes": made.told_changes if made else 0,
        "sentence": in_a_sentence(made.before, made.after, made.told_changes) if made else sentence(nothing),
        "failure": PlanFailure(code=kept.failure, sentence=sentence(nothing)) if kept.failure else None,
    }
