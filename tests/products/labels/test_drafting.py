"""Parts of a batch, and the file they are put together to."""

import io
import zipfile
from pathlib import Path

import msgspec
import pypdfium2
import pytest

from server.platform.storage import Blobs, Bucket, Damaged, Kept, Place
from server.products.labels import Form, human_readable
from server.products.labels.drafting import Label, Part, Unfit, Wish, draft, join
from server.products.labels.formats import Format, OnPaper
from server.products.labels.sheets import SHEETS
from server.products.rules.digital_link import build_for_label
from tests.blobs import Server
from tests.products.labels.reading import HOST, in_order, link_of, page

SHEET = SHEETS["L7165"]
LINKS = [link_of(number * 2**68 + 5) for number in range(14)]
TEXTS = [build_for_label(link, HOST) for link in LINKS]


def wish(kind: Format) -> Wish:
    if kind != "pdf":
        return Wish(kind, Form(203, text=False), OnPaper(), "http://x")
    return Wish(kind, Form(203, width_mm=60, height_mm=60), OnPaper(SHEET, 7), "http://x")


def drafted(place: Place, asked: Wish, *sizes: int) -> list[str]:
    digests, first = [], 0
    for size in sizes:
        span = range(first, first + size)
        labels = tuple(Label(f"{n:02d}", TEXTS[n], human_readable(LINKS[n])) for n in span)
        kept = draft(place, msgspec.json.encode(Part(asked, first == 0, labels)))
        assert isinstance(kept, Kept)
        digests.append(kept.digest)
        first += size
    return digests


def whole(folder: Path, kind: Format, *sizes: int, bucket: Bucket | None = None) -> bytes:
    place = Place(folder=str(folder), bucket=bucket)
    kept = join(place, kind, drafted(place, wish(kind), *sizes))
    content = Blobs(place).get_now(kept.digest)
    assert content is not None
    assert len(content) == kept.size
    return content


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three parts on sheets of eight, the first of which was begun."""
    return whole(tmp_path_factory.mktemp("blobs"), "pdf", 2, 8, 4)


class TestPutTogether:
    def test_sheets_go_on_where_the_part_before_ended(self, document: bytes) -> None:
        read = [in_order(page(document, 203, number)) for number in range(3)]
        assert read == [TEXTS[:2], TEXTS[2:10], TEXTS[10:]]

    def test_each_part_keeps_its_own_characters(self, document: bytes) -> None:
        opened = pypdfium2.PdfDocument(document)
        said = " ".join(sheet.get_textpage().get_text_range() for sheet in opened)
        opened.close()
        assert all(line in said for link in LINKS for line in human_readable(link))

    @pytest.mark.parametrize("kind", ["png", "svg"])
    def test_pictures_are_files_by_their_names(self, tmp_path: Path, kind: Format) -> None:
        with zipfile.ZipFile(io.BytesIO(whole(tmp_path, kind, 5, 9))) as packed:
            assert packed.testzip() is None
            assert packed.namelist() == [f"{n:02d}.{kind}" for n in range(14)]

    @pytest.mark.parametrize("kind", ["png", "svg", "pdf", "zpl"])
    def test_same_parts_same_bytes(self, tmp_path: Path, kind: Format) -> None:
        assert whole(tmp_path / "a", kind, 2, 3) == whole(tmp_path / "b", kind, 2, 3)

    def test_parts_may_lie_in_a_bucket(self, tmp_path: Path, s3: Server) -> None:
        assert whole(tmp_path / "a", "zpl", 2, 3) == whole(tmp_path / "b", "zpl", 2, 3, bucket=s3.bucket())

    def test_a_part_that_is_gone_is_named(self, tmp_path: Path) -> None:
        place = Place(folder=str(tmp_path))
        drawn = drafted(place, wish("zpl"), 1)
        with pytest.raises(Damaged) as fault:
            join(place, "zpl", [*drawn, "0" * 64])
        assert fault.value.digest == "0" * 64
        assert list(Blobs(place).incoming.iterdir()) == []


class TestALabelThatDoesNotFit:
    def test_is_named_and_nothing_is_kept(self, tmp_path: Path) -> None:
        narrow = Wish("zpl", Form(300, width_mm=22, height_mm=30), OnPaper(), "http://x")
        labels = (Label("1", TEXTS[0], ("(21) 1",)), Label("2", TEXTS[1], ("(21) " + "W" * 20,)))
        found = draft(Place(folder=str(tmp_path)), msgspec.json.encode(Part(narrow, True, labels)))
        assert isinstance(found, Unfit)
        assert (found.name, found.code) == ("2", "label_too_small")
        assert not list(tmp_path.rglob("kept/**/*"))
