"""What a command of `onsite` is."""

import argparse
from collections.abc import Callable
from typing import NamedTuple

from server.settings import Settings


class Refusal(Exception):
    """The command cannot be done as asked; the text is a sentence for the person who typed it."""


class Command(NamedTuple):
    """`name` may be two words (`admin create`); `arguments` declares its options; `run` does it."""

    name: str
    explanation: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], int]


def no_arguments(_: argparse.ArgumentParser) -> None:
    pass
