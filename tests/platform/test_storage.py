"""Blobs that are made here rather than handed in."""

import hashlib
from pathlib import Path

from server.platform.storage import Blobs


class TestAFinishedDraft:
    def test_is_taken_over_as_it_is_and_known_by_its_digest(self, tmp_path: Path) -> None:
        blobs = Blobs(tmp_path)
        draft = blobs.incoming / "draft"
        draft.write_bytes(b"labels")
        digest, size = blobs.adopt(draft)
        assert (digest, size) == (hashlib.sha256(b"labels").hexdigest(), 6)
        assert blobs.holds(digest, size)
        assert not draft.exists()

    def test_equal_to_one_that_is_here_changes_nothing(self, tmp_path: Path) -> None:
        blobs = Blobs(tmp_path)
        for _ in range(2):
            draft = blobs.incoming / "draft"
            draft.write_bytes(b"labels")
            digest, _ = blobs.adopt(draft)
        assert blobs.file(digest).read_bytes() == b"labels"

    def test_is_gone_when_it_was_removed_and_may_be_removed_twice(self, tmp_path: Path) -> None:
        blobs = Blobs(tmp_path)
        digest = hashlib.sha256(b"labels").hexdigest()
        blobs.take_in(digest, [b"labels"])
        for _ in range(2):
            blobs.remove(digest)
            assert not blobs.holds(digest, 6)
