"""`onsite serve`, `migrate`, `openapi`."""

import argparse
import json

from server.commands.command import Command, no_arguments
from server.commands.database import database
from server.serve import serve
from server.settings import Settings


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="H", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", metavar="P", help="port to listen on (8000); 0 lets the system choose")
    parser.add_argument("--workers", metavar="N", help="processes that serve (2)")
    parser.add_argument("--demo", action="store_true", help="fill an empty installation with a believable firm")


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    serve(settings, demo=arguments.demo)
    return 0


def _migrate(_: argparse.Namespace, settings: Settings) -> int:
    with database(settings) as (_dsn, ran):
        pass
    for migration in ran:
        print(f"migrated {migration}")
    print("The database is up to date.")
    return 0


def _openapi(_: argparse.Namespace, settings: Settings) -> int:
    from server.app import create_app

    print(json.dumps(create_app(settings).openapi_schema.to_schema(), indent=2, ensure_ascii=False))
    return 0


COMMANDS = (
    Command("serve", "run the server", _serve_arguments, _serve),
    Command("migrate", "bring the database to this release", no_arguments, _migrate),
    Command("openapi", "print the OpenAPI description as JSON", no_arguments, _openapi),
)
