"""Signing keys: those of the data directory, those that are set, and codes, which need none."""

from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from server.evidence.sealing import commands
from server.evidence.sealing.codes import ALPHABET, code_of, read_code
from server.evidence.sealing.keys import Keys, KeysError
from server.evidence.sealing.signing import holds, published, read_published
from server.platform import secrets
from server.platform.secrets import Secrets


class TestKeysOfTheDataDirectory:
    def test_are_made_at_the_first_start_and_stay(self, tmp_path: Path) -> None:
        assert Keys.of(tmp_path).signer.kid == Keys.of(tmp_path).signer.kid

    def test_are_seen_when_they_change_under_a_running_server(self, tmp_path: Path) -> None:
        keys = Keys.of(tmp_path)
        before = keys.signer.kid
        secrets.replace(tmp_path, secrets.with_new_signing_key(Secrets.load_or_make(tmp_path)))
        assert keys.signer.kid == before
        assert keys.fresh().signer.kid != before
        assert list(keys.known) == [before, keys.signer.kid]


class TestAKeyThatIsSet:
    def test_signs_and_those_behind_it_are_known(self, tmp_path: Path) -> None:
        of_others = [Secrets.load_or_make(tmp_path / name) for name in "ab"]
        pem = of_others[0].server_signing_key + secrets.public_half(of_others[1].server_signing_key)
        file = tmp_path / "signing.pem"
        file.write_text(pem)
        for given in (pem, str(file)):
            keys = Keys.of(tmp_path / "own", given)
            assert keys.signer.kid == Keys.of(tmp_path / "a").signer.kid
            assert {Keys.of(tmp_path / name).signer.kid for name in ("a", "b", "own")} == set(keys.known)

    @pytest.mark.parametrize("given", ["/nowhere", "-----BEGIN X-----", "-----BEGIN PRIVATE KEY-----\nAA\n-----END"])
    def test_that_is_none_is_a_sentence(self, tmp_path: Path, given: str) -> None:
        with pytest.raises(KeysError, match="ONSITE_SIGNING_KEY"):
            Keys.of(tmp_path, given)


class TestPublishedKeys:
    def test_are_enough_to_verify_by(self, tmp_path: Path) -> None:
        keys = Keys.of(tmp_path)
        known = read_published(msgspec.json.encode(published(keys.known)))
        assert known is not None
        assert holds(b"said", keys.signer.detached(b"said"), known) is None
        assert holds(b"other", keys.signer.detached(b"said"), known) == "signature_invalid"

    @pytest.mark.parametrize("content", [b"", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "OKP"}]}', b"[" * 9999])
    def test_that_are_none(self, content: bytes) -> None:
        assert read_published(content) is None

    def test_are_looked_for_where_they_may_be_and_never_made(self, tmp_path: Path) -> None:
        assert commands.keys_for(None, tmp_path, None) == {}
        assert list(tmp_path.iterdir()) == []
        (tmp_path / "keys.json").write_text("no keys")
        with pytest.raises(commands.NoKeys):
            commands.keys_for(tmp_path / "keys.json", tmp_path, None)


class TestACode:
    CODE = code_of(uuid4(), "a" * 64)

    def test_is_the_same_for_the_same_completion_alone(self) -> None:
        completion_id = uuid4()
        assert code_of(completion_id, "a" * 64) == code_of(completion_id, "a" * 64)
        assert (
            len({code_of(uuid4(), "a" * 64), code_of(completion_id, "a" * 64), code_of(completion_id, "b" * 64)}) == 3
        )

    def test_is_read_however_it_is_typed(self) -> None:
        plain = self.CODE.replace("-", "")
        full_width = "".join(chr(ord(character) + 0xFEE0) for character in plain)
        for typed in (
            self.CODE.lower(),
            plain,
            f"  {self.CODE} ",
            full_width,
            plain.replace("0", "o").replace("1", "l"),
        ):
            assert read_code(typed) == self.CODE

    def test_with_one_character_wrong_or_two_swapped_is_none(self) -> None:
        plain = self.CODE.replace("-", "")
        for place in range(len(plain)):
            for other in ALPHABET.replace(plain[place], ""):
                assert read_code(plain[:place] + other + plain[place + 1 :]) is None
            for later in range(place + 1, len(plain)):
                swapped = list(plain)
                swapped[place], swapped[later] = swapped[later], swapped[place]
                assert read_code("".join(swapped)) in (None, self.CODE)

    @pytest.mark.parametrize("typed", ["", "x" * 10_000, "\x00", "../../etc", "'; DROP TABLE seal", "\u202e"])
    def test_is_nothing_else(self, typed: str) -> None:
        assert read_code(typed) is None
