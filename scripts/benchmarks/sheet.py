"""How figures are shown: a line each, with what is to hold and whether it does."""

from dataclasses import dataclass

_WIDTH = 46


@dataclass(frozen=True)
class Goal:
    """What is to hold. `least` or `most`, in the figure's unit."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return f"≥ {_number(self.least)}" if self.least is not None else f"≤ {_number(self.most or 0)}"


def head(title: str, says: str = "") -> None:
    print(f"\n{title}" + (f": {says}" if says else ""), flush=True)


def row(name: str, value: float, unit: str, goal: Goal | None = None, beside: str = "") -> bool:
    """Prints one figure; False when its goal is missed."""
    met = goal is None or goal.met(value)
    verdict = "" if goal is None else f"goal {goal}, {'met' if met else 'MISSED'}"
    print(f"  {name:{_WIDTH}} {_number(value):>10} {unit:13} {verdict:24} {beside}".rstrip(), flush=True)
    return met


def note(text: str) -> None:
    print(f"  {text}", flush=True)


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
