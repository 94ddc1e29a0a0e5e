import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_sync.cursor import CURSOR_INVALID, MAX_CHARS, Cursor
from offline_sync.rules import Refusal


def packed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).rstrip(b"=").decode()


class TestACursorOfOurs:
    @given(
        st.text(min_size=1, max_size=20), st.dictionaries(st.text(max_size=20), st.integers(0, 2**63 - 1), max_size=5)
    )
    def test_comes_back_as_it_was(self, epoch: str, positions: dict[str, int]) -> None:
        cursor = Cursor(epoch, positions)
        assert Cursor.decode(cursor.encode()) == cursor

    def test_fits_into_a_url(self) -> None:
        assert set(Cursor("é?", {"technician:ø": 1}).encode()) <= set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        )

    def test_over_too_many_streams_is_a_fault_of_the_server(self) -> None:
        with pytest.raises(ValueError, match="streams"):
            Cursor("e", {f"stream:{number}": 1 for number in range(2_000)}).encode()


class TestAnythingElse:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "!",
            "é",
            "AAAA",
            "A",
            Cursor("e", {"s": 1}).encode() + "=",
            Cursor("e", {"s": 1}).encode() + "\n",
            packed([]),
            packed(None),
            packed({"e": "e"}),
            packed({"e": "", "p": {}}),
            packed({"e": 1, "p": {}}),
            packed({"e": "e", "p": []}),
            packed({"e": "e", "p": {"s": -1}}),
            packed({"e": "e", "p": {"s": True}}),
            packed({"e": "e", "p": {"s": 1.0}}),
            packed({"e": "e", "p": {"s": 2**63}}),
            packed({"p": {}, "e": "e"}),
            packed({"e": "e", "p": {}, "x": 1}),
            base64.urlsafe_b64encode(b"[" * 6_000).decode(),
            "A" * (MAX_CHARS + 1),
        ],
    )
    def test_is_refused_with_its_code(self, text: str) -> None:
        refusal = Cursor.decode(text)
        assert isinstance(refusal, Refusal)
        assert refusal.code == CURSOR_INVALID

    @given(st.text())
    def test_never_raises(self, text: str) -> None:
        assert isinstance(Cursor.decode(text), (Cursor, Refusal))
