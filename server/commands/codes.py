"""`onsite code parse|build`."""

import argparse
import json
import os
from typing import Any

from server.commands.command import Command, Refusal
from server.settings import Settings


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


COMMANDS = (
    Command("code parse", "what a product's code says", _code_parse_arguments, _code_parse),
    Command("code build", "a product's code from its number", _code_build_arguments, _code_build),
)
