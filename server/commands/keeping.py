"""`onsite backup`, `restore`, `storage check|put`, `purge`."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from server.commands.command import Command, Refusal, no_arguments
from server.commands.database import database, postgres, with_pool
from server.settings import Settings

if TYPE_CHECKING:
    from server.platform.storage import Blobs


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file to write; it will hold secrets and everybody's data")


def _backup(arguments: argparse.Namespace, settings: Settings) -> int:
    from server.platform import backup
    from server.stored import backed_up

    if settings.database_url is None and not (settings.data_dir / "postgres").exists():
        raise Refusal(f"There is no installation in {settings.data_dir}.")
    with postgres(settings) as dsn, _os_faults(arguments.file):
        blobs = _blobs(settings)
        made = backup.back_up(dsn, settings.data_dir, blobs, arguments.file, backed_up)
    for digest in made.missing:
        print(f"onsite: The photo {digest} is missing in {blobs.place}.", file=sys.stderr)
    for digest in made.damaged:
        print(f"onsite: The photo {digest} is damaged in {blobs.place}, and not in the backup.", file=sys.stderr)
    print(f"Backed up to {arguments.file}: {arguments.file.stat().st_size:,} bytes, {made.sums.blobs} photos.")
    return 0


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file that `onsite backup` wrote")
    parser.add_argument("--replace", action="store_true", help="overwrite what is there")


def _restore(arguments: argparse.Namespace, settings: Settings) -> int:
    from server.platform import restore
    from server.platform.migrate import migrate

    about, sums = restore.check(arguments.file)
    with postgres(settings, alone=True) as dsn, _os_faults(settings.data_dir):
        there = asyncio.run(restore.occupied(dsn, settings.data_dir))
        if there is not None and not arguments.replace:
            raise Refusal(f"This would overwrite {there}; say --replace if that is meant.")
        blobs = _blobs(settings)
        done = asyncio.run(restore.restore(dsn, settings.data_dir, blobs, arguments.file, about, sums))
        ran = migrate(dsn)
    for migration in ran:
        print(f"migrated {migration}")
    print(f"Restored what was there at {about.made_at}, and {done.photos_added} of {sums.blobs} photos that were not.")
    print("Devices will notice, and hand in again what was done since.")
    return 0


def _blobs(settings: Settings) -> "Blobs":
    """A bucket that there is not would look like one that has lost everything."""
    from server.platform.storage import Blobs, place_of

    blobs = Blobs(place_of(settings))
    blobs.probe()
    return blobs


@contextlib.contextmanager
def _os_faults(place: Path) -> Iterator[None]:
    """A full disk, a folder that may not be written, a bucket that is away is a sentence, not a traceback."""
    from server.platform.storage import StorageFault

    try:
        yield
    except StorageFault as fault:
        raise Refusal(f"The store of blobs: {fault.strerror}.") from fault
    except OSError as fault:
        raise Refusal(f"{fault.filename or place}: {fault.strerror or fault}.") from fault


def _storage_check(_: argparse.Namespace, settings: Settings) -> int:
    from server.stored import check

    with database(settings) as (dsn, _ran), _os_faults(settings.data_dir):
        blobs = _blobs(settings)
        found = asyncio.run(check(dsn, blobs))
    for digest in found.missing:
        print(f"onsite: {digest} is missing in {blobs.place}.", file=sys.stderr)
    for digest in found.damaged:
        print(f"onsite: {digest} is damaged in {blobs.place}.", file=sys.stderr)
    print(f"{found.intact:,} blobs are intact, {len(found.missing)} missing, {len(found.damaged)} damaged.")
    return 1 if found.missing or found.damaged else 0


def _storage_put_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", help="copies of photos or reports; they stay where they are")


def _storage_put(arguments: argparse.Namespace, settings: Settings) -> int:
    for file in arguments.files:
        with _os_faults(settings.data_dir):
            print(f"{_blobs(settings).copy_now(file)}  {file}")
    return 0


def _purge_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, metavar="N", help="keep N days (ONSITE_TOMBSTONE_DAYS)")


def _purge(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.days is not None and not 0 <= arguments.days <= 36_500:
        raise Refusal("--days is a whole number from 0 to 36500.")
    keep = settings.tombstone_lifetime if arguments.days is None else timedelta(days=arguments.days)
    with database(settings) as (dsn, _):
        from server.platform.purge import purge_all

        gone = with_pool(dsn, lambda: purge_all(keep))
    print(f"{gone} removals forgotten. Devices that had not heard of them start afresh.")
    return 0


COMMANDS = (
    Command("backup", "write everything to one file, while the server runs", _backup_arguments, _backup),
    Command("restore", "bring back what a backup holds", _restore_arguments, _restore),
    Command("storage check", "read every photo and report that should be there", no_arguments, _storage_check),
    Command(
        "storage put", "put back photos or reports that were damaged or lost", _storage_put_arguments, _storage_put
    ),
    Command("purge", "forget removals that every device should have heard of", _purge_arguments, _purge),
)
