"""A soak as a table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scripts.soaking.judge import GUARANTEES
from scripts.soaking.play import Played

_SHOWN = 12


def table(played: Played) -> str:
    rows = list(_rows(played))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows)


def _rows(played: Played) -> Iterator[tuple[str, str]]:
    f = played.findings
    said = [s for phone in f.phones for s in phone.said]
    status = Counter(s.outcome["status"] if s.outcome else "unanswered" for s in said)
    codes = Counter(s.outcome["code"] for s in said if s.outcome and s.outcome["code"])
    counts: Counter[str] = sum((phone.counts for phone in f.phones), Counter())
    yield "operations", f"{len(said)}: {_listed(status)}"
    yield "  codes", _listed(codes)
    yield "  answers given", f"{sum(phone.answers for phone in f.phones)}, the repeats word for word"
    yield "  on what the restore forgot", f"{len(f.forgotten)}"
    yield "completions kept", f"{sum(map(len, f.completions.values()))}, photos {len(f.photos)}"
    yield "jobs", _listed(Counter(job["state"] for job in f.jobs.values()))
    yield "office", _listed(f.office.did)
    for name, number in sorted(played.faults.items()):
        yield f"fault: {name}", f"{number}"
    yield "exchanges without an answer", f"{counts['unreachable']}"
    yield "views of own writes looked at", f"{counts['looked']}"
    yield "wall time", f"{played.seconds:.0f} s"
    yield "violations", f"{sum(map(len, played.broken.values()))}"


def verdict(broken: Mapping[str, Sequence[str]]) -> str:
    lines = []
    for number, name in GUARANTEES:
        words = broken.get(number, [])
        lines.append(f"  {number:>2} {name:<30} {'kept' if not words else f'BROKEN {len(words)} times'}")
        lines += [f"      {word}" for word in words[:_SHOWN]]
    return "\n".join(lines)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))) or "none"
