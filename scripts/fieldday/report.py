"""The day as a table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scripts.fieldday.checks import GUARANTEES
from scripts.fieldday.findings import Findings

_SHOWN = 12


def table(f: Findings, seconds: float, killed: int) -> str:
    rows = list(_rows(f, seconds, killed))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows)


def _rows(f: Findings, seconds: float, killed: int) -> Iterator[tuple[str, str]]:
    jobs = [job for id_, job in f.jobs.items() if id_ != f.office.decoy]
    said = [s for phone in f.phones for s in phone.said]
    status = Counter(s.outcome["status"] if s.outcome else "unanswered" for s in said)
    codes = Counter(s.outcome["code"] for s in said if s.outcome and s.outcome["code"])
    counts: Counter[str] = sum((phone.counts for phone in f.phones), Counter())
    promises = Counter(job["promise_state"] for job in jobs)
    arrivals = [job["arrival"] for job in jobs if job["arrival"]]
    settled = sum(1 for review in f.reviews if review["settled_at"])
    photo_bytes = sum(map(len, f.photos.values()))
    per = max(1, len(jobs))
    yield "jobs", f"{len(jobs)} ({_listed(Counter(job['state'] for job in jobs))})"
    yield "visits", f"{len(arrivals)} jobs reached ({_listed(Counter(a['grade'] for a in arrivals))} times)"
    yield (
        "promises",
        f"{promises['met']} met, {promises['missed']} missed, {promises['running']} running, {promises['void']} void",
    )
    yield "operations pushed", f"{len(said)}"
    yield "  applied", f"{status['applied']}"
    yield "  merged", f"{status['merged']}"
    yield "  held", f"{status['held']}, {len(f.reviews)} reviews, {settled} settled ({_listed(f.office.settled)})"
    yield (
        "  rejected",
        f"{status['rejected']} ({_listed(codes)})",
    )
    yield "duplicates recognised", f"{sum(p.answers - len(p.answered) for p in f.phones)}"
    yield (
        "faults played",
        f"{counts['fault']}, {counts['unreachable']} exchanges without an answer, {killed} phones killed",
    )
    yield "photos", f"{len(f.photos)}, {photo_bytes:,} bytes, {counts['photo_bytes']:,} sent"
    yield (
        "bytes per job",
        (f"up {counts['up'] // per:,} + photos {counts['photo_bytes'] // per:,}, down {counts['down'] // per:,}"),
    )
    yield "office", _listed(f.office.did)
    yield "looked at", f"{counts['looked']} views of own writes, {f.office.samples} boards against a fresh one"
    yield "wall time", f"{seconds:.0f} s"


def verdict(violations: Mapping[str, Sequence[str]]) -> str:
    lines = []
    for number, name, _ in GUARANTEES:
        broken = violations[number]
        lines.append(f"  {number} {name:<30} {'kept' if not broken else f'BROKEN {len(broken)} times'}")
        lines += [f"      {words}" for words in broken[:_SHOWN]]
    return "\n".join(lines)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))) or "none"
