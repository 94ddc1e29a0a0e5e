"""`onsite quote`."""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from server.commands.command import Command, Refusal
from server.settings import Settings


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


COMMANDS = (Command("quote", "what cases were or would be promised, by policies in a file", _quote_arguments, _quote),)
