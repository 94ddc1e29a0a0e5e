"""What `/metrics` says about travel times."""

from prometheus_client import Counter

REQUESTS = Counter(
    "onsite_travel_requests_total",
    "Requests to the source of travel times, by what came of them: answered, or the code of the fault.",
    ["source", "outcome"],
)

PAIRS = Counter(
    "onsite_travel_pairs_total",
    "Pairs of places whose travel time was wanted: asked of the source, or fallback to the great circle.",
    ["source", "by"],
)
