"""`onsite …` as a person types it: real processes on a real data directory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.platform.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for all tests of this module, so that only the first has to make the database."""
    return tmp_path_factory.mktemp("installation") / "data"


@pytest.fixture
def running(data: Path) -> Iterator[EmbeddedPostgres]:
    """A server's database on the data directory, which commands have to join."""
    postgres = EmbeddedPostgres(data)
    postgres.start()
    yield postgres
    postgres.stop()


def onsite(project: Path, *words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "server.cli", *words]
    return subprocess.run(command, cwd=project, input=typed, check=False, capture_output=True, text=True)


class TestMigrate:
    def test_may_be_repeated_and_stops_what_it_started(self, project: Path, data: Path) -> None:
        for _ in range(2):
            done = onsite(project, "migrate", "--data", str(data))
            assert done.returncode == 0, done.stderr
            assert done.stdout.endswith("The database is up to date.\n")
        assert EmbeddedPostgres(data).running_dsn() is None

    def test_joins_a_server_and_leaves_it_running(self, project: Path, data: Path, running: EmbeddedPostgres) -> None:
        done = onsite(project, "migrate", "--data", str(data))
        assert done.returncode == 0, done.stderr
        assert running.running_dsn() is not None


class TestAdminCreate:
    def test_takes_the_password_from_standard_input(self, project: Path, data: Path) -> None:
        words = (
            "admin",
            "create",
            "--data",
            str(data),
            "--username",
            "wang.fang",
            "--name",
            "王芳",
            "--password-stdin",
        )
        done = onsite(project, *words, typed="a long enough passphrase\n")
        assert done.returncode == 0, done.stderr
        assert "Administrator wang.fang made" in done.stdout
        again = onsite(project, *words, typed="a long enough passphrase\n")
        assert (again.returncode, again.stderr) == (1, "onsite: The user name is taken.\n")


class TestPurge:
    def test_says_how_much_was_forgotten(self, project: Path, data: Path, running: EmbeddedPostgres) -> None:
        done = onsite(project, "purge", "--days", "0", "--data", str(data))
        assert (done.returncode, done.stdout.split(".")[0]) == (0, "0 removals forgotten"), done.stderr
        refused = onsite(project, "purge", "--days", "-1", "--data", str(data))
        assert (refused.returncode, refused.stderr) == (1, "onsite: --days is a whole number from 0 to 36500.\n")


class TestOpenapi:
    def test_is_one_json_document_without_a_database(self, project: Path, data: Path) -> None:
        done = onsite(project, "openapi", "--data", str(data))
        assert "/auth/login" in json.loads(done.stdout)["paths"]


class TestMistyped:
    @pytest.mark.parametrize("words", [(), ("fly",), ("admin",), ("import", "jobs"), ("serve", "--fast")])
    def test_shows_how_it_is_used(self, project: Path, words: tuple[str, ...]) -> None:
        done = onsite(project, *words)
        assert done.returncode == 2
        assert done.stderr.startswith("usage: onsite")

    def test_a_missing_file_is_one_sentence(self, project: Path, data: Path) -> None:
        done = onsite(project, "import", "jobs", "missing.csv", "--mapping", "missing.toml", "--data", str(data))
        assert (done.returncode, done.stderr) == (1, "onsite: There is no file missing.csv.\n")
