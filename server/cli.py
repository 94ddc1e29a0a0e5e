"""`onsite …`: what production runs. Each command is one small function; `COMMANDS` is the whole list.

Commands that need the database use DATABASE_URL, or the embedded one of the data directory: when a server runs it they
join it, otherwise they start it and stop it in the end.

What is slow to load is imported inside the commands that use it: `onsite serve` has five seconds until it is ready.
"""

import argparse
import asyncio
import contextlib
import getpass
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO, TypeVar

from server.platform.startup import CannotStart
from server.serve import serve
from server.settings import Settings, SettingsError

if TYPE_CHECKING:
    from server.platform.embedded import EmbeddedPostgres

T = TypeVar("T")

JOIN_LIMIT = 60.0  # seconds to wait for a server that is just starting its database


class Refusal(Exception):
    """The command cannot be done as asked; the text is a sentence for the person who typed it."""


class Command(NamedTuple):
    """`name` may be two words (`admin create`); `arguments` declares its options; `run` does it."""

    name: str
    explanation: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], int]


# -------------------------------------------------------------------------------------------------------------- serve


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="H", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", metavar="P", help="port to listen on (8000); 0 lets the system choose")
    parser.add_argument("--workers", metavar="N", help="processes that serve (2)")
    parser.add_argument("--demo", action="store_true", help="fill an empty installation with a believable firm")


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    serve(settings, demo=arguments.demo)
    return 0


# ------------------------------------------------------------------------------------------------- migrate and openapi


def _no_arguments(_: argparse.ArgumentParser) -> None:
    pass


def _migrate(_: argparse.Namespace, settings: Settings) -> int:
    with _database(settings) as (_dsn, ran):
        pass
    for migration in ran:
        print(f"migrated {migration}")
    print("The database is up to date.")
    return 0


def _openapi(_: argparse.Namespace, settings: Settings) -> int:
    from server.app import create_app

    print(json.dumps(create_app(settings).openapi_schema.to_schema(), indent=2, ensure_ascii=False))
    return 0


# ------------------------------------------------------------------------------------------------------- admin create


def _admin_create_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--username", required=True)
    parser.add_argument("--name", required=True, help="the person's full name")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _admin_create(arguments: argparse.Namespace, settings: Settings) -> int:
    password = _password(arguments.password_stdin)
    with _database(settings) as (dsn, _):
        from server.accounts import actions
        from server.platform import errors

        try:
            user_id = _with_pool(dsn, lambda: actions.create_admin(arguments.username, arguments.name, password))
        except errors.Refused as refused:
            _, _, meaning = errors.MEANING[refused.code]
            raise Refusal(f"{meaning}. {refused.detail}".strip()) from refused
    print(f"Administrator {arguments.username} made ({user_id}).")
    return 0


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise Refusal("The two passwords differ.")
    return first


# -------------------------------------------------------------------------------------------------------- import jobs


def _import_jobs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV, also gzipped")
    parser.add_argument("--mapping", type=Path, required=True, help="TOML file that says what the columns mean")
    parser.add_argument("--dry-run", action="store_true", help="check every row, import nothing")
    parser.add_argument("--rejects", type=Path, metavar="FILE", help="write the refused rows to this CSV file")


def _import_jobs(arguments: argparse.Namespace, settings: Settings) -> int:
    for path in (arguments.file, arguments.mapping):
        if not path.is_file():
            raise Refusal(f"There is no file {path}.")
    with _database(settings) as (dsn, _):
        importing = importlib.import_module("server.jobs.importing")
        try:
            report = _with_pool(
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


# ------------------------------------------------------------------------------------------------------- import units


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
    with _database(settings) as (dsn, _):
        importing = importlib.import_module("server.products.importing")
        try:
            report = _with_pool(
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


# -------------------------------------------------------------------------------------------------------------- quote


def _quote_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV of cases, also gzipped: case, opened, and what policies ask for")
    parser.add_argument("--terms", type=Path, required=True, help="TOML file of policies and calendars")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the answer there (standard output)")
    parser.add_argument(
        "--compare", action="store_true", help="only tell how much of what was promised on record the terms explain"
    )


def _quote(arguments: argparse.Namespace, _: Settings) -> int:
    from server.commitments import casebook
    from server.commitments.rules.terms import TermsRefused, read_terms
    from server.platform.files import Unreadable

    began = time.monotonic()
    try:
        terms = read_terms(arguments.terms.read_text("utf-8"))
        with _answer_to(arguments.output) as answer:
            if arguments.compare:
                answer.writelines(f"{line}\n" for line in casebook.compare_file(terms, arguments.file).lines())
                return 0
            tally = casebook.quote_file(terms, arguments.file, answer)
    except (TermsRefused, UnicodeDecodeError) as refused:
        raise Refusal(f"{arguments.terms.name}, {refused}") from refused
    except (casebook.CasesRefused, Unreadable) as refused:
        raise Refusal(str(refused)) from refused
    except OSError as fault:
        raise Refusal(f"{fault.filename or arguments.terms}: {fault.strerror or fault}.") from fault
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(tally.items())) or "nothing"
    print(f"{told}; {time.monotonic() - began:.1f} s", file=sys.stderr)
    return 0


@contextlib.contextmanager
def _answer_to(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    if path.exists() and not path.is_file():  # a pipe, or a terminal
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(path)  # so that half an answer is never taken for a whole one
    finally:
        unfinished.unlink(missing_ok=True)


# -------------------------------------------------------------------------------------------------------------- solve


def _solve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="a problem in VROOM's JSON, with a soft `due` per job; - reads standard input"
    )
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="answer within S seconds (10)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of what is random in the search (1)")


def _solve(arguments: argparse.Namespace, _: Settings) -> int:
    """2: the problem is refused, 1: there is no answer for another reason; why goes to standard error with its code."""
    began = time.monotonic() - time.process_time()  # starting up counts
    from server.dispatch.solving import ProblemRefused, solve_bytes

    if not 0 < arguments.seconds <= 3600:
        raise Refusal("--seconds is a number above 0, and at most 3600.")
    try:
        body = sys.stdin.buffer.read() if str(arguments.file) == "-" else arguments.file.read_bytes()
        answer = solve_bytes(body, arguments.seconds, arguments.seed, began + arguments.seconds)
    except OSError as fault:
        raise Refusal(f"{arguments.file}: {fault.strerror or fault}.") from fault
    except ProblemRefused as refused:
        print(f"onsite: {refused}", file=sys.stderr)
        return 1 if refused.code.value.startswith("solver_") else 2
    sys.stdout.buffer.write(answer + b"\n")
    sys.stdout.buffer.flush()
    return 0


# --------------------------------------------------------------------------------------------------------------- code


def _code_parse_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("link", help="a product's code: a web address, or its path from /01/ or /OWN/ on")


def _code_parse(arguments: argparse.Namespace, settings: Settings) -> int:
    from server.products import code_command

    return _tell_code(code_command.parsed(arguments.link, settings.public_url))


def _code_build_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gtin", required=True, help="8, 12, 13 or 14 digits, or the firm's own number")
    parser.add_argument("--cpv", metavar="V", help="consumer product variant (22)")
    parser.add_argument("--lot", metavar="L", help="batch or lot (10)")
    parser.add_argument("--serial", metavar="S", help="serial number (21)")
    parser.add_argument("--third-party", metavar="T", help="third party's extension (235), instead of the others")
    parser.add_argument("--host", dest="link_host", metavar="H", help="another host than that of ONSITE_BASE_URL")
    parser.add_argument("--label", action="store_true", help="print just the text for a QR code")


def _code_build(arguments: argparse.Namespace, settings: Settings) -> int:
    from server.products import code_command

    made = code_command.built(
        arguments.gtin,
        settings.public_url,
        cpv=arguments.cpv,
        lot=arguments.lot,
        serial=arguments.serial,
        third_party=arguments.third_party,
        host=arguments.link_host,
        label=arguments.label,
    )
    return _tell_code(made)


def _tell_code(told: Any) -> int:
    from server.products import code_command
    from server.products.rules.refusal import Refusal as CodeRefusal

    if isinstance(told, CodeRefusal):
        raise Refusal(code_command.sentence(told, os.environ))
    print(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, indent=2))
    return 0


# ------------------------------------------------------------------------------------------------------------ coverage


def _coverage_check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", help="policies, in TOML as the shipped ones")


def _coverage_check(arguments: argparse.Namespace, _: Settings) -> int:
    for policy in _coverage_policies(arguments.files):
        print(f"{policy.code} {policy.version}: ok")
    return 0


def _coverage_judge_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("facts", type=Path, help="a unit's facts in TOML or JSON, or an answer that holds them")
    parser.add_argument("--on", type=date.fromisoformat, required=True, metavar="DAY", help="as 2026-11-23")
    parser.add_argument("--fault", metavar="COMPONENT", help="the component reported, such as compressor")
    parser.add_argument("--severity", choices=("minor", "performance", "major"), default="performance")
    parser.add_argument("--policy", type=Path, action="append", default=[], metavar="FILE", help="else the shipped")


def _coverage_judge(arguments: argparse.Namespace, _: Settings) -> int:
    from server.products import coverage_command
    from server.products.rules.coverage import Fault
    from server.products.rules.refusal import Refusal as CoverageRefusal

    facts = coverage_command.read_facts(_text_of(arguments.facts))
    if isinstance(facts, CoverageRefusal):
        raise Refusal(f"{arguments.facts}: {facts.text_zh} {facts.text_en} ({facts.code})")
    fault = Fault(component=arguments.fault, severity=arguments.severity) if arguments.fault else None
    told = coverage_command.judged(facts, _coverage_policies(arguments.policy), arguments.on, fault)
    print(json.dumps(told, ensure_ascii=False, indent=2))
    return 0


def _coverage_policies(files: list[Path]) -> list[Any]:
    from server.products import coverage_command
    from server.products.rules.refusal import Refusal as CoverageRefusal

    read = coverage_command.read_policies({str(file): _text_of(file) for file in files})
    faults = [one for one in read if isinstance(one, CoverageRefusal)]
    if faults:
        raise Refusal("\n".join(f"{fault.text_zh} {fault.text_en} ({fault.code})" for fault in faults))
    return list(read)


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Refusal(f"{file}: {fault}") from fault


# ------------------------------------------------------------------------------------------------- backup and restore


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write; it will hold secrets and everybody's data")


def _backup(arguments: argparse.Namespace, settings: Settings) -> int:
    from server.evidence import store as evidence
    from server.platform import backup
    from server.portal import service_store

    async def every_photo(connection: Any) -> AsyncIterator[str]:
        """Of completions and of customers' requests; the same bytes may be both."""
        of_requests = {digest async for digest in service_store.kept_photos(connection)}
        for digest in sorted(of_requests):
            yield digest
        async for digest in evidence.received_digests(connection):
            if digest not in of_requests:
                yield digest

    if settings.database_url is None and not (settings.data_dir / "postgres").exists():
        raise Refusal(f"There is no installation in {settings.data_dir}.")
    with _postgres(settings) as dsn, _os_faults(arguments.file):
        made = backup.back_up(dsn, settings.data_dir, arguments.file, every_photo)
    for digest in made.missing:
        print(f"onsite: The photo {digest} is missing in {settings.data_dir / 'blobs'}.", file=sys.stderr)
    print(f"Backed up to {arguments.file}: {arguments.file.stat().st_size:,} bytes, {made.sums.blobs} photos.")
    return 0


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file that `onsite backup` wrote")
    parser.add_argument("--replace", action="store_true", help="overwrite what is there")


def _restore(arguments: argparse.Namespace, settings: Settings) -> int:
    from server.platform import restore
    from server.platform.migrate import migrate

    about, sums = restore.check(arguments.file)
    with _postgres(settings, alone=True) as dsn, _os_faults(settings.data_dir):
        there = asyncio.run(restore.occupied(dsn, settings.data_dir))
        if there is not None and not arguments.replace:
            raise Refusal(f"This would overwrite {there}; say --replace if that is meant.")
        done = asyncio.run(restore.restore(dsn, settings.data_dir, arguments.file, about, sums))
        ran = migrate(dsn)
    for migration in ran:
        print(f"migrated {migration}")
    print(f"Restored what was there at {about.made_at}, and {done.photos_added} of {sums.blobs} photos that were not.")
    print("Devices will notice, and hand in again what was done since.")
    return 0


@contextlib.contextmanager
def _os_faults(place: Path) -> Iterator[None]:
    """A full disk or a folder that may not be written is a sentence, not a traceback."""
    try:
        yield
    except OSError as fault:
        raise Refusal(f"{fault.filename or place}: {fault.strerror or fault}.") from fault


# -------------------------------------------------------------------------------------------------------------- purge


def _purge_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, metavar="N", help="keep N days (ONSITE_TOMBSTONE_DAYS)")


def _purge(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.days is not None and not 0 <= arguments.days <= 36_500:
        raise Refusal("--days is a whole number from 0 to 36500.")
    keep = settings.tombstone_lifetime if arguments.days is None else timedelta(days=arguments.days)
    with _database(settings) as (dsn, _):
        from server.platform.purge import purge_all

        gone = _with_pool(dsn, lambda: purge_all(keep))
    print(f"{gone} removals forgotten. Devices that had not heard of them start afresh.")
    return 0


# ------------------------------------------------------------------------------------------------------- the database


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, list[str]]]:
    """The database's address and the migrations that it needed."""
    from server.platform.migrate import migrate

    with _postgres(settings) as dsn:
        yield dsn, migrate(dsn)


@contextlib.contextmanager
def _postgres(settings: Settings, alone: bool = False) -> Iterator[str]:
    """`alone`: for a restore, which no server may watch, and which may be there to finish an interrupted one."""
    from server.platform.embedded import DataDirectoryInUse, EmbeddedPostgres
    from server.platform.restore import refuse_unfinished

    if not alone:
        refuse_unfinished(settings.data_dir)
    if settings.database_url is not None:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    try:
        dsn = embedded.start()
    except DataDirectoryInUse:
        if alone:
            raise
        yield _join(embedded)
        return
    try:
        yield dsn
    finally:
        embedded.stop()


def _join(embedded: "EmbeddedPostgres") -> str:
    deadline = time.monotonic() + JOIN_LIMIT
    while (dsn := embedded.running_dsn()) is None:
        if time.monotonic() > deadline:
            raise Refusal("Another Onsite holds the data directory, but its database does not run.")
        time.sleep(0.1)
    return dsn


def _with_pool(dsn: str, work: Callable[[], Awaitable[T]]) -> T:
    from server.platform import db

    async def inside() -> T:
        await db.open_pool()
        try:
            return await work()
        finally:
            await db.close_pool()

    db.use(dsn)
    return asyncio.run(inside())


# --------------------------------------------------------------------------------------------------------------- main


COMMANDS = (
    Command("serve", "run the server", _serve_arguments, _serve),
    Command("migrate", "bring the database to this release", _no_arguments, _migrate),
    Command("admin create", "make an administrator", _admin_create_arguments, _admin_create),
    Command("import jobs", "import jobs from a CSV file", _import_jobs_arguments, _import_jobs),
    Command("import units", "import product units from a CSV file", _import_units_arguments, _import_units),
    Command("quote", "what cases were or would be promised, by policies in a file", _quote_arguments, _quote),
    Command("solve", "plan a problem in VROOM's JSON, with soft due times", _solve_arguments, _solve),
    Command("code parse", "what a product's code says", _code_parse_arguments, _code_parse),
    Command("code build", "a product's code from its number", _code_build_arguments, _code_build),
    Command("coverage check", "what is wrong with policies in files", _coverage_check_arguments, _coverage_check),
    Command("coverage judge", "what a unit is entitled to, from files", _coverage_judge_arguments, _coverage_judge),
    Command("backup", "write everything to one file, while the server runs", _backup_arguments, _backup),
    Command("restore", "bring back what a backup holds", _restore_arguments, _restore),
    Command("purge", "forget removals that every device should have heard of", _purge_arguments, _purge),
    Command("openapi", "print the OpenAPI description as JSON", _no_arguments, _openapi),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="onsite", description="The field-service sync server.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    groups: dict[str, Any] = {}
    for command in COMMANDS:
        *group, name = command.name.split()
        holder = subparsers
        if group:
            if group[0] not in groups:
                inner = subparsers.add_parser(group[0], help=f"{group[0]} …")
                groups[group[0]] = inner.add_subparsers(required=True, metavar="COMMAND")
            holder = groups[group[0]]
        child = holder.add_parser(name, help=command.explanation, description=command.explanation)
        child.add_argument("--data", metavar="DIR", help="data directory (./data)")
        command.arguments(child)
        child.set_defaults(run=command.run)
    return parser


def _settings(arguments: argparse.Namespace) -> Settings:
    """Options win over the environment, and are checked like it."""
    options = {"data": "ONSITE_DATA", "host": "ONSITE_HOST", "port": "ONSITE_PORT", "workers": "ONSITE_WORKERS"}
    given = {name: getattr(arguments, option, None) for option, name in options.items()}
    return Settings.from_environment({**os.environ, **{name: text for name, text in given.items() if text is not None}})


def main(words: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(words)
    os.environ.setdefault("PICCOLO_CONF", "server.piccolo_conf")
    try:
        run: Callable[[argparse.Namespace, Settings], int] = arguments.run
        return run(arguments, _settings(arguments))
    except (CannotStart, SettingsError, Refusal) as refusal:
        print(f"onsite: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
