"""Migrations: equal to the tables, run once however many start at once, and never backwards."""

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.platform import migrate as migrating
from server.platform.migrate import MigrationError, known_migrations, migrate
from tests.conftest import with_database

pytestmark = pytest.mark.contract

MIGRATE = "import sys; from server.platform.migrate import migrate; print(*migrate(sys.argv[1]))"


def ask(dsn: str, sql: str) -> Any:
    async def inside() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(inside())


def start_migration(dsn: str, project: Path) -> "subprocess.Popen[str]":
    """In a process of its own, as the engine binds to one database per process."""
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, dsn],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> list[str]:
    out, _ = process.communicate()
    assert process.returncode == 0
    return out.split()


@pytest.fixture
def bare_database(postgres: str) -> Iterator[str]:
    """A database without any table."""
    name = f"onsite_test_{secrets.token_hex(6)}"
    ask(postgres, f'CREATE DATABASE "{name}"')
    yield with_database(postgres, name)
    ask(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.database
class TestEmptyDatabase:
    def test_runs_every_migration_once(self, bare_database: str, project: Path) -> None:
        assert set(finish(start_migration(bare_database, project))) == known_migrations()
        assert finish(start_migration(bare_database, project)) == []

    def test_of_several_at_once_one_migrates(self, bare_database: str, project: Path) -> None:
        processes = [start_migration(bare_database, project) for _ in range(3)]
        ran = sorted(finish(process) for process in processes)
        assert ran == [[], [], sorted(known_migrations())]

    def test_leaves_nothing_when_a_migration_fails(self, bare_database: str, project: Path) -> None:
        ask(bare_database, "CREATE TABLE app_user (in_the_way int)")
        process = start_migration(bare_database, project)
        process.communicate()
        assert process.returncode != 0
        assert ask(bare_database, "SELECT to_regclass('migration')") is None
        assert ask(bare_database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 1


class TestMigratedDatabase:
    def test_has_nothing_left_to_do(self, database: str) -> None:
        assert migrate(database) == []

    def test_of_a_newer_release_is_refused(self, bare_database: str) -> None:
        ask(bare_database, "CREATE TABLE migration (name text, app_name text)")
        ask(bare_database, "INSERT INTO migration VALUES ('2999-01-01T00:00:00:000000', 'onsite')")
        with pytest.raises(MigrationError, match="newer Onsite"):
            migrate(bare_database)


class TestUnusableDatabase:
    def test_that_cannot_be_reached_is_one_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(MigrationError, match="cannot be reached"):
            migrate(f"postgresql://onsite@/onsite?host={tmp_path}")

    def test_that_is_too_old_is_named(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(migrating, "OLDEST_POSTGRES", 99)
        with pytest.raises(MigrationError, match="needs 99 or later"):
            migrate(database)


class TestTables:
    async def test_are_what_the_migrations_make(self) -> None:
        from piccolo.apps.migrations.commands.new import AutoMigrationManager

        from server.piccolo_app import APP_CONFIG

        statements = await AutoMigrationManager(auto_input="y").get_alter_statements(APP_CONFIG)
        drift = [line for group in statements for line in group.statements]
        assert drift == [], "make a migration: piccolo migrations new onsite --auto"
