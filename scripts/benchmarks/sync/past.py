"""A past for a database: operations pushed long ago, and devices enrolled beside the measured one; by SQL, with rows as
the product writes them, then `VACUUM ANALYZE` as autovacuum would."""

from typing import Any

import asyncpg

from scripts.benchmarks.scene import Phone

#: UUIDv7 of the moment `received`, as a device makes them.
_V7 = """(lpad(to_hex((extract(epoch FROM received) * 1000)::bigint), 12, '0') || '7' || substr(r, 1, 3) || '8'
    || substr(r, 4, 15))::uuid"""

_PUSHED = f"""
CREATE TEMP TABLE pushed AS
SELECT s, received, record_id, {_V7} AS op_id, md5(r) || md5(r || s) AS digest
FROM (
    SELECT s, md5(random()::text) AS r, now() - ($2 - s) * interval '90 seconds' AS received,
        ($3::uuid[])[1 + s % cardinality($3::uuid[])] AS record_id
    FROM generate_series(1, $2::bigint) AS s
) x WHERE $1::uuid IS NOT NULL
"""
_OPERATIONS = """
INSERT INTO sync_operation (device_id, seq, op_id, digest, kind, record_type, record_id, base_version, args, at,
    corrected_at, grade, status, outcome, received_at)
SELECT $1, s, op_id, digest, 'job.patch', 'job', record_id, 2,
    '{"diagnosis":"压缩机启动电容失效,读数 ' || s || '"}',
    '{"boot_id":"bench","monotonic_ms":1700000000000,"wall_ms":1700000000000}', received, 'exact', 'applied',
    '{"code":null,"merges":[],"op_id":"' || op_id || '","review_id":null,"seq":' || s
        || ',"status":"applied","text":null,"version":3}', received
FROM pushed ORDER BY s
"""
_HISTORY = """
INSERT INTO history (record_type, record_id, version, action, user_id, device_id, op_id, happened_at, happened_grade,
    recorded_at, changes, lost, outlet_id)
SELECT 'job', record_id, 2 + s / $4, 'job.patch', $3, $1, op_id, received, 'exact', received,
    jsonb_build_object('diagnosis', jsonb_build_array('电容失效,读数 ' || s - $4, '电容失效,读数 ' || s)),
    '{}', $2
FROM pushed ORDER BY s
"""


async def operations(dsn: str, phone: Phone, count: int) -> None:
    """As if `phone` had pushed `count` operations since it was enrolled."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute(_PUSHED, phone.device_id, count, [job for job, _ in phone.jobs])
        await connection.execute(_OPERATIONS, phone.device_id)
        await connection.execute(_HISTORY, phone.device_id, phone.outlet_id, phone.user_id, len(phone.jobs))
        await connection.execute("UPDATE device SET last_seq = $2 WHERE id = $1", phone.device_id, count)
        await connection.execute("UPDATE stream SET head = head + $1", count)
        await connection.execute("UPDATE feed SET position = position + $1 WHERE record_type = 'job'", count)
        await connection.execute("DROP TABLE pushed")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _copy(table: str, changes: str, source: str) -> str:
    """Rows of `table` like the one of the measured technician, with `changes` for each row of `crew`."""
    return (
        f"INSERT INTO {table} SELECT made.* FROM crew, {source} t,"
        f" LATERAL jsonb_populate_record(NULL::{table}, to_jsonb(t) || jsonb_build_object({changes})) made"
    )


_CREW = """
CREATE TEMP TABLE crew AS
SELECT n, gen_random_uuid() AS technician, gen_random_uuid() AS person, gen_random_uuid() AS device,
    ('00000000-0000-4000-9000-' || lpad(to_hex(n / 10), 12, '0'))::uuid AS outlet
FROM generate_series(1, $1::bigint) AS n
"""
_JOBS_EACH = 5
_OUTLETS = """
INSERT INTO outlet SELECT n.* FROM (SELECT DISTINCT outlet FROM crew) c,
    (SELECT * FROM outlet WHERE id = (SELECT outlet_id FROM device LIMIT 1)) t,
    LATERAL jsonb_populate_record(NULL::outlet, to_jsonb(t) || jsonb_build_object('id', c.outlet)) n
"""
_PEOPLE = (
    _copy(
        "technician",
        "'id', crew.technician, 'no', 1000 + crew.n, 'outlet_id', crew.outlet",
        "(SELECT * FROM technician LIMIT 1)",
    ),
    _copy(
        "app_user",
        "'id', person, 'username', 'crew' || crew.n, 'outlet_id', crew.outlet, 'technician_id', technician",
        "(SELECT * FROM app_user WHERE technician_id IS NOT NULL LIMIT 1)",
    ),
    _copy(
        "device",
        "'id', crew.device, 'user_id', person, 'technician_id', technician, 'outlet_id', crew.outlet",
        "(SELECT * FROM device LIMIT 1)",
    ),
)
_WORK = f"""
CREATE TEMP TABLE work AS SELECT c.*, k, gen_random_uuid() AS job, gen_random_uuid() AS visit
FROM crew c, generate_series(1, {_JOBS_EACH}) AS k
"""
_JOBS = f"""
INSERT INTO job SELECT n.* FROM work w, (SELECT * FROM job LIMIT 1) t,
    LATERAL jsonb_populate_record(NULL::job, to_jsonb(t) || jsonb_build_object('id', w.job, 'source_key', NULL,
        'number', 1000000 + w.n * {_JOBS_EACH} + w.k, 'outlet_id', w.outlet, 'technician_id', w.technician,
        'visit_id', w.visit)) n
"""
_VISITS = """
INSERT INTO visit SELECT n.* FROM work w, (SELECT * FROM visit LIMIT 1) t,
    LATERAL jsonb_populate_record(NULL::visit, to_jsonb(t) || jsonb_build_object('id', w.visit, 'job_id', w.job,
        'outlet_id', w.outlet, 'technician_id', w.technician, 'technician_no', 1000 + w.n,
        'starts_at', t.starts_at + w.k * interval '1 hour', 'ends_at', t.ends_at + w.k * interval '1 hour')) n
"""
_FEEDS = tuple(
    f"""
INSERT INTO feed (stream, record_type, record_id, position, version, body)
SELECT {stream}, 'job', job, row_number() OVER (PARTITION BY {stream}), 2, t.body
FROM work, (SELECT body FROM feed WHERE record_type = 'job' LIMIT 1) t
"""
    for stream in ("'technician:' || technician", "'board:' || outlet")
)
_STREAMS = """
INSERT INTO stream (name, head) SELECT stream, max(position) FROM feed
WHERE stream NOT IN (SELECT name FROM stream) GROUP BY stream
"""
_ENROLLED = (_OUTLETS, *_PEOPLE, _WORK, _JOBS, _VISITS, *_FEEDS, _STREAMS, "DROP TABLE work, crew", "VACUUM ANALYZE")


async def devices(dsn: str, count: int) -> None:
    """As if `count` technicians of many outlets had enrolled a device, the measured one among them, each with work."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute(_CREW, count - 1)
        for statement in _ENROLLED:
            await connection.execute(statement)
        found = await connection.fetchval("SELECT count(*) FROM device")
        assert found == count, f"{found} devices"
    finally:
        await connection.close()
