"""Serials: how they are made, typed and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.products.rules.digital_link import CHARACTER_SET_82
from server.products.rules.serial import ALPHABET, grouped, is_own_serial, make_serial, masked, typed_serial


class TestMaking:
    @pytest.mark.parametrize(
        ("random_bytes", "serial"),
        [
            (bytes(10), "0" * 16),
            (b"\xff" * 10, "Z" * 16),
            (bytes(9) + b"\x01", "0" * 15 + "1"),
            (b"\x08" + bytes(9), "1" + "0" * 15),
        ],
    )
    def test_known_answers(self, random_bytes: bytes, serial: str) -> None:
        assert make_serial(random_bytes) == serial

    @given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
    def test_all_80_bits_count(self, one: bytes, other: bytes) -> None:
        assert (make_serial(one) == make_serial(other)) == (one == other)

    @pytest.mark.parametrize("length", [0, 9, 11, 16])
    def test_other_lengths_are_a_fault(self, length: int) -> None:
        with pytest.raises(ValueError, match="10 random bytes"):
            make_serial(bytes(length))

    def test_alphabet_has_no_look_alikes(self) -> None:
        assert len(set(ALPHABET)) == 32
        assert not set("ILOU") & set(ALPHABET)
        assert set(ALPHABET) <= CHARACTER_SET_82


class TestTyping:
    @pytest.mark.parametrize(
        "typed",
        ["7K3M9Q2AX1B4C0D2", "7k3m 9q2a x1b4 c0d2", "7K3M-9Q2A-XIB4-COD2", " 7k3m9q2axlb4cod2 "],
    )
    def test_own_serial_is_recognised(self, typed: str) -> None:
        assert typed_serial(typed) == "7K3M9Q2AX1B4C0D2"

    @pytest.mark.parametrize(("typed", "kept"), [("ILO-0001", "ILO-0001"), (" ab c ", "ab c"), ("", "")])
    def test_other_serials_are_kept(self, typed: str, kept: str) -> None:
        assert typed_serial(typed) == kept

    @given(st.binary(min_size=10, max_size=10))
    def test_grouped_reads_back(self, random_bytes: bytes) -> None:
        serial = make_serial(random_bytes)
        assert is_own_serial(serial)
        assert typed_serial(grouped(serial).lower()) == serial


class TestMasking:
    @pytest.mark.parametrize(
        ("serial", "shown"),
        [("7K3M9Q2AX1B4C8D2", "••••C8D2"), ("A1B2C3", "••••C3"), ("ABC", "••••C"), ("AB", "••••"), ("", "••••")],
    )
    def test_shows_the_end_only(self, serial: str, shown: str) -> None:
        assert masked(serial) == shown
