"""One verdict, from facts in memory to its sentences: what a page or a phone's card pays for each unit."""

import time
from collections.abc import Callable
from datetime import date
from statistics import median

from scripts.benchmarks import sheet
from scripts.benchmarks.sheet import Goal
from server.products.policies import shipped
from server.products.rules.coverage import verdict
from server.products.rules.entitlement import Fault, Repair, UnitFacts
from server.products.rules.sentences import sentence_of

MOST_US = 100.0
ROUNDS = 7

_SOLD = date(2024, 6, 1)
_REPAIRS = tuple(
    Repair(component="compressor", started_on=date(2024, month, 3), finished_on=date(2024, month, 12))
    for month in range(7, 12)
)
_COMPRESSOR = Fault(component="compressor")
#: Name → unit, fault.
CASES: dict[str, tuple[UnitFacts, Fault | None]] = {
    "sold, no fault": (UnitFacts(product_line="air_conditioner", sold_on=_SOLD), None),
    "a compressor reported": (UnitFacts(product_line="air_conditioner", sold_on=_SOLD), _COMPRESSOR),
    "after five repairs": (UnitFacts(product_line="air_conditioner", sold_on=_SOLD, repairs=_REPAIRS), _COMPRESSOR),
    "no proof of purchase": (
        UnitFacts(product_line="air_conditioner", manufactured_on=_SOLD, proof="missing"),
        _COMPRESSOR,
    ),
}


def measure(scale: float) -> None:
    sheet.head("Verdict", "the shipped policies, pure Python, one core")
    policies, on, count = shipped(), date(2025, 5, 1), max(100, int(3000 * scale))
    for name, (unit, fault) in CASES.items():
        judged = _micros(lambda unit=unit, fault=fault: verdict(unit, policies, on, fault), count)  # type: ignore[misc]
        said = verdict(unit, policies, on, fault)
        words = _micros(lambda said=said: sentence_of(said), count)  # type: ignore[misc]
        sheet.row(name, judged, "µs", Goal(most=MOST_US), f"its sentence in both languages {words:.1f} µs")


def _micros(work: Callable[[], object], count: int) -> float:
    """The median of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(count):
            work()
        rounds.append((time.perf_counter() - began) / count * 1e6)
    return median(rounds)
