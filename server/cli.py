"""`onsite …`: what production runs. The commands are in `server/commands`, a file for each subject.

What is slow to load is imported inside the commands that use it: `onsite serve` has five seconds until it is ready.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from server.commands import codes, coverage, importing, keeping, people, quoting, sealing, serving, solving
from server.commands.command import Refusal
from server.platform.startup import CannotStart
from server.settings import Settings, SettingsError

#: In the order in which `onsite --help` names them.
COMMANDS = (
    *serving.COMMANDS,
    *people.COMMANDS,
    *importing.COMMANDS,
    *quoting.COMMANDS,
    *solving.COMMANDS,
    *codes.COMMANDS,
    *coverage.COMMANDS,
    *sealing.COMMANDS,
    *keeping.COMMANDS,
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
                inside = [each.name.split()[1] for each in COMMANDS if each.name.startswith(f"{group[0]} ")]
                inner = subparsers.add_parser(group[0], help=f"… {', '.join(inside)}")
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
