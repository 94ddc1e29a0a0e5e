"""Secrets: made once, whole or not at all, and for the owner alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from server.platform import secrets
from server.platform.secrets import Secrets, SecretsError


class TestFirstStart:
    def test_makes_a_token_key_and_a_signing_key(self, tmp_path: Path) -> None:
        made = Secrets.load_or_make(tmp_path / "data")
        assert len(made.token_key) == 32
        signing_key = load_pem_private_key(made.server_signing_key.encode(), None)
        assert isinstance(signing_key, Ed25519PrivateKey)

    def test_keeps_them_for_the_owner_alone_and_leaves_no_draft(self, tmp_path: Path) -> None:
        Secrets.load_or_make(tmp_path / "data")
        (file,) = (tmp_path / "data").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700

    def test_leaves_the_rights_of_a_folder_that_was_there(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        Secrets.load_or_make(tmp_path)
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755

    def test_of_many_at_once_gives_all_the_same(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: Secrets.load_or_make(tmp_path), range(16)))
        assert all(each == made[0] for each in made)

    def test_differs_between_installations(self, tmp_path: Path) -> None:
        assert Secrets.load_or_make(tmp_path / "a").token_key != Secrets.load_or_make(tmp_path / "b").token_key


class TestSecondStart:
    def test_reads_the_same(self, tmp_path: Path) -> None:
        assert Secrets.load_or_make(tmp_path) == Secrets.load_or_make(tmp_path)


class TestUnusableFile:
    @pytest.mark.parametrize("content", ["", "{", "[]", '{"token_key": "AAAA", "server_signing_key": ""}'])
    def test_damaged_is_a_sentence_and_stays_as_it_is(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "secrets.json"
        file.write_text(content)
        file.chmod(0o600)
        with pytest.raises(SecretsError, match="damaged"):
            Secrets.load_or_make(tmp_path)
        assert file.read_text() == content

    def test_readable_by_others_is_a_sentence(self, tmp_path: Path) -> None:
        Secrets.load_or_make(tmp_path)
        (tmp_path / "secrets.json").chmod(0o640)
        with pytest.raises(SecretsError, match="chmod 600"):
            Secrets.load_or_make(tmp_path)


class TestAnotherSigningKey:
    def test_follows_the_one_before_whose_public_half_stays(self, tmp_path: Path) -> None:
        before = Secrets.load_or_make(tmp_path)
        secrets.replace(tmp_path, secrets.with_new_signing_key(before))
        after = Secrets.load_or_make(tmp_path)
        assert after.token_key == before.token_key
        assert after.server_signing_key != before.server_signing_key
        assert after.retired_signing_keys == (secrets.public_half(before.server_signing_key),)
        (file,) = tmp_path.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert before.server_signing_key not in file.read_text()


class TestARestoredFile:
    """Older than what is there."""

    def test_gets_the_public_keys_that_only_the_present_one_knows(self, tmp_path: Path) -> None:
        older = Secrets.load_or_make(tmp_path)
        backed_up = (tmp_path / secrets.FILE_NAME).read_bytes()
        newer = secrets.with_new_signing_key(older)
        secrets.replace(tmp_path, newer)
        restored = msgspec.json.decode(secrets.with_known_keys(backed_up, tmp_path), type=Secrets)
        assert restored.server_signing_key == older.server_signing_key
        assert restored.retired_signing_keys == (secrets.public_half(newer.server_signing_key),)

    def test_of_the_same_keys_or_over_nothing_stays_as_it_is(self, tmp_path: Path) -> None:
        Secrets.load_or_make(tmp_path)
        backed_up = (tmp_path / secrets.FILE_NAME).read_bytes()
        assert secrets.with_known_keys(backed_up, tmp_path) == backed_up
        assert secrets.with_known_keys(backed_up, tmp_path / "empty") == backed_up
        assert secrets.with_known_keys(b"{}", tmp_path) == b"{}"


def test_nothing_secret_is_written_into_a_log(tmp_path: Path) -> None:
    kept = Secrets.load_or_make(tmp_path)
    assert repr(kept) == str(kept) == "Secrets(…)"
