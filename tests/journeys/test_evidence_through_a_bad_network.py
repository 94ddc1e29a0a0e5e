"""Twenty completions with five photos each, over a line that is there 30 % of the time and cuts what it carries."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.soaking.server import Server
from server.evidence.sealing.files import judge_file
from server.platform.embedded import EmbeddedPostgres
from server.platform.storage import Blobs
from tests.journeys.handing_in import PHOTOS, Played, play


@pytest.fixture(scope="module")
def played(database: str, tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("basement")
    server = Server(folder / "data", workers=1, database=database)
    server.start()
    try:
        played = play(server, database, folder, completions=20, seed=6)
    finally:
        server.close()  # before it draws reports of it all
    return played


@contextmanager
def killed_again_and_again(server: Server, every: float) -> Iterator[Counter[str]]:
    """SIGKILL of everything that serves, with a new start at once; in turn of one serving process alone."""
    ended, done = threading.Event(), Counter[str]()

    def play() -> None:
        while not ended.wait(every):
            if sum(done.values()) % 2:
                done["worker"] += server.kill_worker(done["worker"])
            else:
                server.kill()
                server.start()
                done["server"] += 1

    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()


class Kept:
    """What must hold, however bad it was."""

    def test_the_line_was_as_bad_as_it_was_meant(self, played: Played) -> None:
        assert played.line.was_up < 0.5 * played.line.was_dark
        assert played.line.faults["connections cut"] > 20
        assert played.counts["resumed"] > 5

    def test_everybody_got_everything_in(self, played: Played) -> None:
        assert not played.stayed_out, played.counts

    def test_every_completion_is_there_once(self, played: Played) -> None:
        assert [len(several) for several in played.seen.jobs.values()] == [1] * played.completions
        assert all(completion["valid"] for completion in played.seen.completions)
        assert len(played.seen.rows["operations"]) == played.completions

    def test_every_photo_is_there_byte_for_byte(self, played: Played) -> None:
        photos = {row["digest"]: row for row in played.seen.rows["photos"]}
        assert len(photos) == len(played.seen.rows["photos"]) == played.completions * PHOTOS
        assert all(row["received_at"] for row in photos.values())
        blobs = Blobs(played.server.data / "blobs")
        assert all(blobs.get_now(digest) == content for digest, content in played.contents.items())

    def test_each_byte_was_taken_once(self, played: Played) -> None:
        assert played.counts["bytes taken"] == sum(map(len, played.contents.values()))
        assert played.counts["bytes asked for again"] == 0
        assert played.seen.drafts == 0

    def test_every_completion_is_sealed(self, played: Played) -> None:
        seals = [completion["seal"] for completion in played.seen.completions]
        assert all(seals)
        assert len({seal["code"] for seal in seals}) == played.completions

    def test_each_is_intact_to_a_stranger_who_has_the_published_keys(self, played: Played) -> None:
        judged = [judge_file(bundle, played.seen.known) for bundle in played.seen.bundles]
        assert [one.findings for one in judged] == [[]] * played.completions
        assert {one.entry.completion_id for one in judged if one.entry} == {c["id"] for c in played.seen.completions}

    def test_the_whole_ledger_holds(self, played: Played) -> None:
        assert not played.seen.wrong


@pytest.mark.long
class TestTwentyCompletionsWithFivePhotosEach(Kept):
    """One serving process; nothing is killed."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("killed")
    server = Server(folder / "data", workers=2)
    server.start()
    try:
        dsn = EmbeddedPostgres(server.data).running_dsn()
        assert dsn is not None
        killing = killed_again_and_again(server, every=4.0)
        played = play(server, dsn, folder, completions=40, seed=7, mischief=killing, patience=400.0)
    finally:
        server.close()
    return played


@pytest.mark.deep
class TestWithAServerThatIsKilledAgainAndAgain(Kept):
    """As above, on two workers and a database of its own, all of it ended by SIGKILL every few seconds."""

    @pytest.fixture
    def played(self, killed: Played) -> Played:
        return killed
