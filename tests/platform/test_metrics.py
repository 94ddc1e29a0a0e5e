"""The folder in which worker processes count together."""

import os
from pathlib import Path

from server.platform.metrics import VARIABLE, shared_counts


class TestTheFolderOfCounts:
    def test_is_there_for_the_workers_and_gone_afterwards(self, tmp_path: Path) -> None:
        with shared_counts(tmp_path / "data") as extra:
            folder = Path(extra[VARIABLE])
            assert folder.is_dir()
            assert folder.stat().st_mode & 0o077 == 0
        assert not folder.exists()

    def test_of_a_killed_supervisor_goes_at_the_next_start(self, tmp_path: Path) -> None:
        dead, alive = tmp_path / "metrics" / "4194999", tmp_path / "metrics" / str(os.getppid())
        dead.mkdir(parents=True)
        alive.mkdir()
        with shared_counts(tmp_path):
            assert not dead.exists()
            assert alive.exists()

    def test_that_cannot_be_made_is_left_to_whoever_needs_the_data_directory(self, tmp_path: Path) -> None:
        taken = tmp_path / "data"
        taken.write_text("a file")
        with shared_counts(taken) as extra:
            assert extra == {}
