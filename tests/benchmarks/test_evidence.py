"""What the bench of evidence measures with: the same bytes for all, photos like a camera's, a manifest that holds."""

import hashlib
import io
from itertools import chain

from PIL import Image

from scripts.benchmarks.evidence import client, photos, signing, uploads
from scripts.benchmarks.load import Answer
from server.evidence import rules

JOB = "018f4f3e-0000-7000-8000-000000000001"


class TestWhatIsUploaded:
    def test_is_as_large_as_it_says_and_has_the_digest_it_says(self) -> None:
        content = b"".join(client.content(7, 1000))
        assert len(content) == 1000
        assert client.name_of(7, 1000) == hashlib.sha256(content).hexdigest()

    def test_is_something_else_each_time(self) -> None:
        assert len({client.name_of(number, 1000) for number in range(20)}) == 20

    def test_is_dealt_out_whole(self) -> None:
        dealt = client.shares(range(10), 3)
        assert sorted(chain(*dealt)) == list(range(10))
        assert {len(one) for one in dealt} == {3, 4}

    def test_gives_everybody_something_at_any_scale(self) -> None:
        for size in uploads.SIZES:
            for at_once in uploads.AT_ONCE:
                assert uploads.count_of(size, at_once, 0.01) % at_once == 0


class TestAnAnswer:
    def test_tells_its_headers_whatever_their_case(self) -> None:
        answer = Answer()
        assert answer.feed(b"HTTP/1.1 201 Created\r\nLocation: /uploads/7\r\nContent-Length: 0\r\n\r\n")
        assert (answer.status, answer.header("location"), answer.header("etag")) == (201, "/uploads/7", "")


class TestAPhoto:
    def test_is_a_cameras(self) -> None:
        content = photos.photo(1, (400, 300))
        with Image.open(io.BytesIO(content)) as opened:
            assert (opened.format, opened.size) == ("JPEG", (400, 300))
            assert opened.getexif()[0x0112] == 6
            assert opened.getexif().get_ifd(0x8825)

    def test_is_another_one_for_another_number(self) -> None:
        assert photos.photo(1, (40, 30)) != photos.photo(2, (40, 30))


class TestTheManifest:
    def test_is_read_in_its_shape_and_has_as_many_points_as_it_says(self) -> None:
        made = signing.manifest(JOB)
        assert sum(map(len, made["strokes"])) == signing.POINTS
        assert rules.read_manifest(made) is not None
