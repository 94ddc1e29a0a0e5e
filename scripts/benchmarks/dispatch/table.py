"""A table on a terminal that can be pasted into docs/performance.md as it is."""

from collections.abc import Iterable, Sequence


def head(title: str, columns: Sequence[str]) -> None:
    print(f"\n{title}\n", flush=True)
    row(columns)
    row(["---"] * len(columns))


def row(cells: Iterable[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def note(text: str) -> None:
    print(f"\n{text}", flush=True)


def number(value: float, places: int = 1) -> str:
    return f"{value:,.{places}f}"


def ratio(ours: float, theirs: float) -> str:
    """Ours to theirs: below one is better for whatever should be small. A dash where theirs is nothing."""
    return "–" if not theirs else f"{ours / theirs:.2f}×"


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"
