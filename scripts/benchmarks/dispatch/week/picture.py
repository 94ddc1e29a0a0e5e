"""The week as a picture: promises kept by day, three ways. The same figures always make the same file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("agg")
matplotlib.rcParams.update({"svg.hashsalt": "onsite", "svg.fonttype": "path", "font.family": "DejaVu Sans"})

from matplotlib import pyplot  # noqa: E402  # the back end is chosen first
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.patheffects import withStroke  # noqa: E402

INK, PALE = "#1f2933", "#d7dde3"
LOOKS = (("#0b6e4f", ""), ("#7aa6c2", ""), ("#c8b79a", "//"))
"""Colour and hatching; ours first. They differ in lightness too."""

GROUP, SIZE = 0.8, (9.6, 4.6)


def draw(
    file: Path,
    days: Sequence[str],
    shares: Mapping[str, Sequence[float]],
    due: Sequence[int],
    calls: int,
    technicians: int,
) -> None:
    """`shares`: way → promises kept of those that fell due, 0 to 1, by day; `due`: how many those were."""
    figure, axes = pyplot.subplots(figsize=SIZE, layout="constrained")
    width = GROUP / len(shares)
    for number, (way, values) in enumerate(shares.items()):
        left = [day - GROUP / 2 + (number + 0.5) * width for day in range(len(days))]
        heights, (colour, hatch) = [100 * value for value in values], LOOKS[number]
        bars = axes.bar(
            left,
            heights,
            width,
            label=_named(way, values, due),
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.8,
        )
        labels = axes.bar_label(bars, [_share(height) for height in heights], padding=2.5, fontsize=8.5, color=INK)
        for label in labels:  # readable where a line of the grid runs behind it
            label.set_path_effects([withStroke(linewidth=3, foreground="white")])
    axes.set_xticks(range(len(days)), [f"{day}\n{count} due" for day, count in zip(days, due, strict=True)])
    axes.set_ylim(0, 108)
    axes.set_yticks(range(0, 101, 20), [f"{share} %" for share in range(0, 101, 20)])
    _plain(axes)
    axes.set_title("Promises kept, by the day they fell due\n", loc="left", fontsize=13, color=INK, fontweight="bold")
    axes.text(
        0, 1.035, f"{calls:,} real calls of one week, {technicians} technicians", transform=axes.transAxes, color=INK
    )
    figure.legend(loc="outside lower center", ncols=len(shares), frameon=False, fontsize=10, labelcolor=INK)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=150, metadata={"Date": None} if file.suffix == ".svg" else None)
    pyplot.close(figure)


def _share(height: float) -> str:
    """Whole per cent; just below a hundred is not a hundred."""
    return f"{height:.1f}" if 99 < height < 100 else f"{height:.0f}"


def _named(way: str, shares: Sequence[float], due: Sequence[int]) -> str:
    """With its share of the whole week."""
    kept = sum(share * count for share, count in zip(shares, due, strict=True))
    return f"{way}: {_share(100 * kept / sum(due))} %"


def _plain(axes: Axes) -> None:
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(INK)
    axes.tick_params(length=0, colors=INK, labelsize=10)
