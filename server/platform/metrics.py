"""Where worker processes count together: `/metrics` of any of them answers for all.

prometheus_client keeps each process's counts in a file of one folder; the supervisor owns the folder and removes it.
The folder of a supervisor that was killed is removed by the next start.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@contextlib.contextmanager
def shared_counts(data_dir: Path) -> Iterator[dict[str, str]]:
    """The environment variable that workers need, as long as the folder is there."""
    mine = data_dir / "metrics" / str(os.getpid())
    try:
        _make(mine)
    except OSError:
        yield {}  # the folder cannot be used at all: what comes next says so in a sentence
        return
    try:
        yield {VARIABLE: str(mine)}
    finally:
        shutil.rmtree(mine, ignore_errors=True)


def _make(mine: Path) -> None:
    root = mine.parent
    root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.mkdir(mode=0o700, exist_ok=True)
    for left in root.iterdir():
        if left == mine or not _lives(left.name):
            shutil.rmtree(left, ignore_errors=True)
    mine.mkdir(mode=0o700)


def _lives(name: str) -> bool:
    return name.isdecimal() and Path("/proc", name).exists()
