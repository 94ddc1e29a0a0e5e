"""`with_postgres.py BINARIES COMMAND…`: run COMMAND with ONSITE_TEST_DATABASE_URL naming a PostgreSQL made for it.

The cluster is new, in a temporary folder, from the programs in BINARIES, reached by a unix socket, and gone afterwards.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from server.platform.embedded import EmbeddedPostgres

binaries, *command = sys.argv[1:]
if not (Path(binaries) / "postgres").exists():
    sys.exit(f"There is no PostgreSQL in {binaries}.")
signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop the PostgreSQL also when the CI job is cancelled
with tempfile.TemporaryDirectory() as directory:
    postgres = EmbeddedPostgres(Path(directory) / "data", Path(binaries).absolute(), options={"fsync": "off"})
    try:
        environment = {**os.environ, "ONSITE_TEST_DATABASE_URL": postgres.start()}
        status = subprocess.run(command, env=environment, check=False).returncode
    finally:
        postgres.stop()
sys.exit(status)
