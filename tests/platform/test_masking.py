"""What must not be in a log, and what must stay readable."""

import uuid

import pytest

from server.platform.masking import masked, masked_line


class TestMasked:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("call 13812345678 now", "call 138••••5678 now"),
            ("(+86 138-1234-5678)", "(138••••5678)"),
            ("tel=+441632960961", "tel=+441••••61"),
            ("to li.mei+1@mail.example.com", "to l••••@mail.example.com"),
            ("authorization: Bearer abc.def", "authorization: … abc.def"),
            ('{"token": "abc"}', '{"token": "…"}'),
            ("/j?token=abc&x=1", "/j?token=…&x=1"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "…"),
            ("Cookie: onsite_visitor=AbC", "Cookie: …"),
            ("DETAIL:  Failing row contains (1, 李梅, 静安寺路一号).", "DETAIL:  Failing row contains …"),
            ("/01/06901234567892/21/C8D2XXXX?lang=en", "/01/06901234567892/21/…?lang=en"),
            ("/OWN/02000000000015/10/L7/21/C8D2/", "/OWN/02000000000015/10/L7/21/…/"),
        ],
    )
    def test_is_gone(self, text: str, kept: str) -> None:
        assert masked(text) == kept

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "/jobs/0198c0de-1381-7345-8678-000000000001",
            "a13812345678b",
            "138123456789",
            "1764057600000",
            "2026-11-23T05:00:00.138123Z",
            "13812345678.5 ms",
            "/01/06901234567892",
            "GTIN 06901234567892",
            "512 B in 0.13812345678 s",
            "relation unit_scan does not exist",
        ],
    )
    def test_stays(self, text: str) -> None:
        assert masked(text) == text

    def test_no_id_of_ours_is_ever_touched(self) -> None:
        for _ in range(2000):
            text = f"{uuid.uuid4()} {uuid.uuid4().hex}"
            assert masked(text) == text

    def test_a_line_is_masked_however_deep(self) -> None:
        line = {"event": "to 13812345678", "request_id": "13812345678", "exception": [{"value": "x@y.example"}], "n": 3}
        assert masked_line(line) == {
            "event": "to 138••••5678",
            "request_id": "13812345678",
            "exception": [{"value": "x••••@y.example"}],
            "n": 3,
        }
