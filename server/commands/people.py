"""`onsite admin create`."""

import argparse
import getpass
import sys

from server.commands.command import Command, Refusal
from server.commands.database import database, with_pool
from server.settings import Settings


def _admin_create_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--username", required=True)
    parser.add_argument("--name", required=True, help="the person's full name")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _admin_create(arguments: argparse.Namespace, settings: Settings) -> int:
    password = _password(arguments.password_stdin)
    with database(settings) as (dsn, _):
        from server.accounts import actions
        from server.platform import errors

        try:
            user_id = with_pool(dsn, lambda: actions.create_admin(arguments.username, arguments.name, password))
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


COMMANDS = (Command("admin create", "make an administrator", _admin_create_arguments, _admin_create),)
