"""Whether the guarantees were kept through faults, kills and a restore. Pure: findings in, violations out.

What a day shows (1 to 9) is asked by `fieldday.checks`; here is what a restore adds (11), and what the database says.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.fieldday import checks
from scripts.fieldday.findings import Findings, Phone

_ACCEPTED = frozenset({"applied", "merged", "held"})

GUARANTEES = (
    *((number, name) for number, name, _ in checks.GUARANTEES),
    ("11", "restore heals"),
    ("db", "the database"),
)

Violations = Iterator[str]


def violations(f: Findings, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Guarantee → what broke it. `rows`: answers to `QUESTIONS`."""
    found = checks.violations(f)
    found["11"] = list(restore_heals(f))
    found["db"] = [f"{name}: {dict(row)}" for name, answer in rows.items() for row in answer]
    return found


def forgotten_operations(phones: Sequence[Phone], records: set[str]) -> set[str]:
    """Operations on jobs and customers that the office had touched since the backup."""
    return {s.operation["op_id"] for phone in phones for s in phone.said if s.operation["record"]["id"] in records}


def judged_again(phones: Sequence[Phone], records: set[str]) -> set[str]:
    """Operations on `records` that were answered in two epochs: the second answer depends on what the office did to the
    record since the restore."""
    return {
        s.operation["op_id"]
        for phone in phones
        for s in phone.said
        if s.operation["record"]["id"] in records
        and len({o.get("epoch") for o in phone.answered.get(s.operation["op_id"], ())}) > 1
    }


def restore_heals(f: Findings) -> Violations:
    """What was accepted once is accepted still, unless the office's work it stood on is gone; and a signed completion
    that was accepted is kept."""
    kept = {c["id"] for completions in f.completions.values() for c in completions}
    for phone in f.phones:
        for s in phone.said:
            op_id = s.operation["op_id"]
            accepted = [o for o in phone.answered.get(op_id, ()) if o["status"] in _ACCEPTED]
            if not accepted:
                continue
            if op_id in f.forgotten:
                if _stood(s.operation, accepted) and op_id not in kept:
                    yield f"completion {op_id} was acknowledged, its job forgotten, and it is not kept"
                continue
            now = phone.again.get(op_id)
            if now is None:
                yield f"{op_id} ({s.operation['kind']}) was acknowledged and is unknown"
            elif now["status"] not in _ACCEPTED:
                yield f"{op_id} ({s.operation['kind']}) was {accepted[0]['status']} and is now refused: {now['code']}"
            elif s.operation["kind"] == "job.complete" and op_id not in kept:
                yield f"completion {op_id} was acknowledged and is not kept"


def _stood(operation: Mapping[str, Any], accepted: Sequence[Mapping[str, Any]]) -> bool:
    """Whether it is a completion whose signature held: one that did not may have been held as well."""
    return operation["kind"] == "job.complete" and any(o["status"] != "held" for o in accepted)


#: What the database must not contain: name → a query for the offending rows.
QUESTIONS: Mapping[str, str] = {
    "an operation twice, or a gap in a device's sequence": (
        "SELECT d.id, d.last_seq, count(o.seq) AS operations, max(o.seq) AS highest FROM device d"
        " LEFT JOIN sync_operation o ON o.device_id = d.id GROUP BY d.id, d.last_seq"
        " HAVING count(o.seq) <> d.last_seq OR coalesce(max(o.seq), 0) <> d.last_seq"
    ),
    "a position beyond its stream's head": (
        "SELECT f.stream, f.position, s.head FROM feed f LEFT JOIN stream s ON s.name = f.stream"
        " WHERE s.head IS NULL OR f.position > s.head"
    ),
    "a job that its streams show in another version": (
        "SELECT f.stream, j.id, j.version, f.version AS told FROM feed f JOIN job j ON j.id = f.record_id"
        " WHERE f.record_type = 'job' AND f.body IS NOT NULL AND f.version <> j.version"
    ),
    "a job that its board does not show": (
        "SELECT j.id FROM job j WHERE NOT EXISTS (SELECT FROM feed f WHERE f.record_id = j.id"
        " AND f.stream = 'board:' || j.outlet_id AND f.body IS NOT NULL)"
    ),
    "a completion whose operation is not recorded": (
        "SELECT c.id FROM completion c WHERE NOT EXISTS (SELECT FROM sync_operation o WHERE o.op_id = c.op_id)"
    ),
}
