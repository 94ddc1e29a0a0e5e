"""Secrets: made once, whole or not at all, and for the owner alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from server.platform.secrets import Secrets, SecretsError


class TestFirstStart:
    def test_makes_a_token_key_and_a_signing_key(self, tmp_path: Path) -> None:
        secrets = Secrets.load_or_make(tmp_path / "data")
        assert len(secrets.token_key) == 32
        signing_key = load_pem_private_key(secrets.server_signing_key.encode(), None)
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
        assert all(secrets == made[0] for secrets in made)

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


def test_nothing_secret_is_written_into_a_log(tmp_path: Path) -> None:
    secrets = Secrets.load_or_make(tmp_path)
    assert repr(secrets) == str(secrets) == "Secrets(…)"
