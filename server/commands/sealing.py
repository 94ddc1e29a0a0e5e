"""`onsite verify`, `ledger check|head`, `keys show|rotate`."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from server.commands.command import Command, Refusal, no_arguments
from server.commands.database import database, with_pool
from server.settings import Settings


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a report (PDF) or the bundle of a completion (JSON)")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="published keys; else those of the data directory")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="the photos of a bundle, to be compared as well")


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    """0: intact, 1: altered, 2: nobody can tell."""
    from server.evidence.sealing import commands

    chinese = commands.is_chinese(os.environ)
    try:
        if arguments.photos is not None and not arguments.photos.is_dir():
            raise Refusal(f"There is no folder {arguments.photos}.")
        known = commands.keys_for(arguments.keys, settings.data_dir, settings.signing_key)
        status, lines = commands.verify(arguments.file, known, arguments.photos)
    except (OSError, commands.NoKeys, Refusal) as fault:
        said = fault if not isinstance(fault, OSError) else f"{fault.filename}: {fault.strerror or fault}."
        print(f"onsite: {said}", file=sys.stderr)
        return commands.ENDS["unknown"]
    for line in lines:
        print(line.zh if chinese else line.en)
    return commands.ENDS[status]


def _ledger_check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=int, default=0, metavar="SEQ", help="believe the entries up to this one")
    parser.add_argument("--head", metavar="SEQ:CHAIN", help="an end of the ledger noted before: it must still be there")
    parser.add_argument("--photos", action="store_true", help="read every photo and report as well")


def _ledger_check(arguments: argparse.Namespace, settings: Settings) -> int:
    from server.evidence.sealing import commands
    from server.evidence.sealing.checking import read_head
    from server.evidence.sealing.keys import Keys
    from server.platform.storage import Blobs, place_of

    noted = None if arguments.head is None else read_head(arguments.head)
    if arguments.head is not None and noted is None:
        raise Refusal("--head is a number, a colon and 64 hexadecimal digits, as `onsite ledger head` prints it.")
    if arguments.since < 0:
        raise Refusal("--since is a whole number from 0 on.")
    chinese, began = commands.is_chinese(os.environ), time.monotonic()
    known = Keys.of(settings.data_dir, settings.signing_key).known
    blobs = Blobs(place_of(settings)) if arguments.photos else None
    with database(settings) as (dsn, _):
        told = with_pool(dsn, lambda: commands.check_ledger(known, arguments.since, noted, blobs, _reached))
    for place, words in told.found:
        print(f"{place}: {words.zh if chinese else words.en}" if place else words.zh if chinese else words.en)
    counts = f"{told.entries:,} entries, {told.completions:,} completions, {told.photos:,} photos"
    print(f"{counts}; {time.monotonic() - began:.1f} s", file=sys.stderr)
    if not told.found:
        print(f"{told.head.seq}:{told.head.chain}")
    return 1 if told.found else 0


def _reached(seq: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{seq:,}", end="\r", file=sys.stderr, flush=True)


def _ledger_head(_: argparse.Namespace, settings: Settings) -> int:
    from server.evidence.sealing import store

    with database(settings) as (dsn, _ran):
        head = with_pool(dsn, store.head)
    print(f"{head.seq}:{head.chain}")
    return 0


def _keys_show(_: argparse.Namespace, settings: Settings) -> int:
    from server.evidence.sealing import commands
    from server.evidence.sealing.signing import published

    known = commands.keys_for(None, settings.data_dir, settings.signing_key)
    if not known:
        raise Refusal(f"There is no installation in {settings.data_dir}.")
    print(json.dumps(published(known), indent=1))
    return 0


def _keys_rotate(_: argparse.Namespace, settings: Settings) -> int:
    from server.evidence.sealing import actions

    if settings.signing_key is not None:
        raise Refusal(
            "The key comes by ONSITE_SIGNING_KEY. Put the new private key first and the public key of the present one "
            "behind it, then start the server again: it says itself in the ledger that the key is another one."
        )
    with database(settings) as (dsn, _ran):
        before, after = with_pool(dsn, lambda: actions.rotate(settings.data_dir))
    print(f"{after} signs from now on; {before} is kept to verify by.")
    print("Make a backup now, and publish the keys: onsite keys show")
    return 0


COMMANDS = (
    Command("verify", "whether a report or a bundle is as it was sealed", _verify_arguments, _verify),
    Command("ledger check", "walk the ledger, and all that hangs on it", _ledger_check_arguments, _ledger_check),
    Command("ledger head", "the end of the ledger, to be noted elsewhere", no_arguments, _ledger_head),
    Command("keys show", "the public keys, as a JWK set", no_arguments, _keys_show),
    Command("keys rotate", "sign by another key from now on", no_arguments, _keys_rotate),
)
