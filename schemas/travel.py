"""Where travel times came from."""

from schemas.base import Answer, Instant
from schemas.commitments import Sentence


class TravelTimes(Answer, frozen=True, kw_only=True):
    """`source`: `great_circle`, `osrm` or `valhalla`, as set. `fallback`: it did not say everything; `cells`: how many
    pairs of places are estimated from the straight-line distance instead. `since`: the source has not answered from
    then on; null when it answers but knows no way, or answers too slowly."""

    source: str
    fallback: bool
    cells: int
    since: Instant | None
    sentence: Sentence
