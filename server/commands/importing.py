"""`onsite import jobs|units`."""

import argparse
import importlib
import sys
from pathlib import Path

from server.commands.command import Command, Refusal
from server.commands.database import database, with_pool
from server.settings import Settings


def _import_jobs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV, also gzipped")
    parser.add_argument("--mapping", type=Path, required=True, help="TOML file that says what the columns mean")
    parser.add_argument("--dry-run", action="store_true", help="check every row, import nothing")
    parser.add_argument("--rejects", type=Path, metavar="FILE", help="write the refused rows to this CSV file")


def _import_jobs(arguments: argparse.Namespace, settings: Settings) -> int:
    for path in (arguments.file, arguments.mapping):
        if not path.is_file():
            raise Refusal(f"There is no file {path}.")
    with database(settings) as (dsn, _):
        importing = importlib.import_module("server.jobs.importing")
        try:
            report = with_pool(
                dsn,
                lambda: importing.import_jobs(
                    arguments.file, arguments.mapping, arguments.dry_run, _progress, arguments.rejects
                ),
            )
        except importing.ImportRefused as refusal:
            raise Refusal(str(refusal)) from refusal
    print(file=sys.stderr)
    print(report)
    return 0


def _import_units_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV, also gzipped; needs the columns gtin and serial")
    parser.add_argument("--mapping", type=Path, help="TOML file that says what the columns mean")
    parser.add_argument("--outlet", default="", metavar="NAME", help="outlet of lines that name none: its name or id")
    parser.add_argument("--dry-run", action="store_true", help="check every line, import nothing")
    parser.add_argument("--rejects", type=Path, metavar="FILE", help="write the refused lines to this CSV file")


def _import_units(arguments: argparse.Namespace, settings: Settings) -> int:
    for path in (arguments.file, arguments.mapping):
        if path is not None and not path.is_file():
            raise Refusal(f"There is no file {path}.")
    with database(settings) as (dsn, _):
        importing = importlib.import_module("server.products.importing")
        try:
            report = with_pool(
                dsn,
                lambda: importing.import_file(
                    arguments.file,
                    arguments.mapping,
                    outlet=arguments.outlet,
                    dry_run=arguments.dry_run,
                    progress=_progress,
                    rejects=arguments.rejects,
                ),
            )
        except importing.ImportRefused as refusal:
            raise Refusal(str(refusal)) from refusal
    print(file=sys.stderr)
    print(report)
    return 0


def _progress(words: object) -> None:
    print(f"\r{words}", end="", file=sys.stderr, flush=True)


COMMANDS = (
    Command("import jobs", "import jobs from a CSV file", _import_jobs_arguments, _import_jobs),
    Command("import units", "import product units from a CSV file", _import_units_arguments, _import_units),
)
