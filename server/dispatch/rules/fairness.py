"""Pure. How much the past weeks asked of somebody, so that the next visit goes to whoever carried less.

    load = work × (mean shift time ÷ own shift time) + overtime × 1 + late shifts × ¼      (all in seconds)

Work counts relative to the time somebody is there for: sixteen hours of visits are a full load for half a week and a
light one for a whole. Overtime counts once more, and an hour late in the evening a quarter more. Whoever has no past
yet (no shift, no visit) is taken to have carried the mean, neither spared nor flooded.
"""

from collections.abc import Hashable, Mapping
from statistics import fmean
from typing import NamedTuple, TypeVar

Who = TypeVar("Who", bound=Hashable)

OVERTIME, LATE = 1.0, 0.25
MOST = 4.0
"""Someone with hardly any shift is not weighed as more than so many people."""


class Past(NamedTuple):
    """Seconds of the past weeks: visits, shifts, visits outside any shift, shifts late in the evening."""

    worked_s: int
    shift_s: int
    overtime_s: int = 0
    late_s: int = 0


def loads(past: Mapping[Who, Past]) -> dict[Who, int]:
    """Everyone's load in seconds of an ordinary fortnight's work."""
    known = {who: each for who, each in past.items() if each.worked_s or each.shift_s}
    mean_shift = fmean([each.shift_s for each in known.values() if each.shift_s] or [0.0])
    found = {who: _load(each, mean_shift) for who, each in known.items()}
    mean = round(fmean(found.values())) if found else 0
    return {who: found.get(who, mean) for who in past}


def _load(past: Past, mean_shift_s: float) -> int:
    share = min(MOST, mean_shift_s / past.shift_s) if past.shift_s and mean_shift_s else 1.0
    return round(past.worked_s * share + past.overtime_s * OVERTIME + past.late_s * LATE)
