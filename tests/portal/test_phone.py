"""Telephone numbers as people write them."""

import pytest

from server.portal.rules.phone import masked_phone, normal_phone, same_phone


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("13812345678", "13812345678"),
        (" +86 138-1234-5678 ", "13812345678"),
        ("0086 13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("(021) 6234.5678", "02162345678"),
        ("+44 1632 960961", "441632960961"),
        ("12345", None),
        ("1" * 16, None),
        ("138 1234 567x", None),
        ("１３８１２３４５６７８", None),
        ("13812345678\n", "13812345678"),
        ("138+12345678", None),
        ("", None),
    ],
)
def test_is_its_digits(written: str, digits: str | None) -> None:
    assert normal_phone(written) == digits


def test_two_ways_to_write_one_are_one() -> None:
    assert same_phone("+86 138 1234 5678", "13812345678")
    assert not same_phone("13812345678", "13812345679")
    assert not same_phone("", "")


@pytest.mark.parametrize(
    ("written", "shown"), [("+86 138-1234-5678", "138••••5678"), ("62345678", "••••78"), ("nonsense", "••••")]
)
def test_masked(written: str, shown: str) -> None:
    assert masked_phone(written) == shown
