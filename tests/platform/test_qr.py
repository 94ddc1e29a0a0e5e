"""The symbol is the one that `qrcode` makes by itself, mask and all."""

import random

import pytest
import qrcode

from server.platform.qr import LEVELS, Level, modules
from server.products.rules.digital_link import build
from tests.products.labels.reading import LINK, TEXT, side_of

ALPHABETS = {"digits": "0123456789", "capitals": "ABC:/.0123", "bytes": "abc:/.é%"}


def ours(text: str, level: Level) -> list[list[bool]] | None:
    found = modules(text, level)
    return None if found is None else found.tolist()


def by_qrcode(text: str, level: Level) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


class TestTheSameAsQrcode:
    @pytest.mark.parametrize("kind", ALPHABETS)
    @pytest.mark.parametrize("length", [1, 20, 61, 130, 420])
    def test_in_every_mode_and_many_versions(self, kind: str, length: int) -> None:
        chance = random.Random(length)
        level = chance.choice(list(LEVELS))
        text = "".join(chance.choice(ALPHABETS[kind]) for _ in range(length))
        assert ours(text, level) == by_qrcode(text, level)

    def test_for_links_of_units(self) -> None:
        for number in range(12):
            text = f"{TEXT[:-4]}{number:04d}"
            assert ours(text, "Q") == by_qrcode(text, "Q")


class TestSize:
    def test_capitals_make_a_smaller_symbol(self) -> None:
        assert side_of(TEXT) < side_of(build(LINK, "onsite.example"))

    def test_what_no_symbol_holds_is_none(self) -> None:
        assert modules("A" * 5000) is None

    def test_a_symbol_cannot_be_written_to(self) -> None:
        found = modules(TEXT)
        assert found is not None
        assert not found.flags.writeable
