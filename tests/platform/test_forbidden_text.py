"""The quick look at a body's bytes never misses a character that the slow look would find."""

import json

from server.platform.text import FORBIDDEN, may_hold_forbidden


class TestTheBytesOfABody:
    def test_give_away_every_forbidden_character_however_it_is_written(self) -> None:
        for code in FORBIDDEN:
            text = f"a{chr(code)}b"
            assert may_hold_forbidden(json.dumps(text).encode()), hex(code)  # as an escape, long or short
            if code >= 0x20:
                assert may_hold_forbidden(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass"))
            assert may_hold_forbidden(f'"{text}"'.encode("utf-8", "surrogatepass"))

    def test_of_ordinary_text_are_not_searched_again(self) -> None:
        for text in ("压缩机已更换，运行正常。", 'a "quoted"\n\tword', "naïve é ß"):
            assert not may_hold_forbidden(json.dumps(text, ensure_ascii=False).encode())
