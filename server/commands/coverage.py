"""`onsite coverage check|judge`."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from server.commands.command import Command, Refusal
from server.settings import Settings


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
    from server.products.rules.entitlement import Fault
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


COMMANDS = (
    Command("coverage check", "what is wrong with policies in files", _coverage_check_arguments, _coverage_check),
    Command("coverage judge", "what a unit is entitled to, from files", _coverage_judge_arguments, _coverage_judge),
)
