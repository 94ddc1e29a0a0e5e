"""`onsite serve`: the supervisor. It starts the database, migrates it, keeps N workers serving, and ends them in order.

    first worker loads, meanwhile: secrets → PostgreSQL (embedded or DATABASE_URL) → migrations → [demo]
    → first worker serves → `ready http://H:P` → the other workers

The supervisor serves nothing itself and loads no web framework. The other workers start after `ready`, because loading
is work for the processor and all at once would only delay the first. Time to stop, in seconds: workers WORKERS_LIMIT,
then PostgreSQL DATABASE_LIMIT, together under five even when event streams are open.
"""

import contextlib

import msgspec

from server.platform.metrics import shared_counts
from server.settings import Settings, http_url
from server.workers import Signals, Stopped, Workers, listen


def serve(settings: Settings, demo: bool = False) -> None:
    """Run until SIGTERM, SIGINT or SIGHUP. Raises CannotStart."""
    with listen(settings.host, settings.port) as listening, contextlib.suppress(Stopped), Signals() as signals:
        port = listening.getsockname()[1]
        here = http_url(settings.host, port)
        settings = msgspec.structs.replace(settings, port=port, base_url=settings.base_url or here)
        with shared_counts(settings.data_dir) as extra, Workers(settings, listening, signals, extra) as workers:
            workers.load()
            from server import preparation  # slow to load, as is the application: now both load at once

            with preparation.database(settings) as dsn, workers:  # entered again, to end before the database
                preparation.prepare(settings, dsn, demo)
                workers.serve(dsn)
                preparation.greet(dsn)
                print(f"ready {here}", flush=True)
                workers.keep(preparation.report_death)
