"""Photos side by side; one that cannot be shown is a box that says so, with its digest. Pure."""

from collections.abc import Sequence

from server.evidence.reports import letters
from server.evidence.reports.content import Photo
from server.evidence.reports.palette import INK, QUIET, TINT
from server.evidence.reports.pictures import smaller
from server.evidence.reports.sheet import LEAD, SHORT_DIGEST, SIDE, SMALL, TINY, Sheet
from server.evidence.reports.typesetting import lines, on_one_line, shortened


def draw_photos(sheet: Sheet, title: str, photos: Sequence[Photo]) -> None:
    columns = 2 if len(photos) <= 2 else 3
    space = 12.0
    wide = (sheet.width - space * (columns - 1)) / columns
    high = wide * 0.75
    row_height = high + 36
    if title:
        sheet.heading(title, row_height)
    for first in range(0, len(photos), columns):
        sheet.room(row_height)
        for n, photo in enumerate(photos[first : first + columns]):
            _photo(sheet, photo, first + n + 1, (SIDE + n * (wide + space), sheet.y, wide, high))
        sheet.y += row_height


def _photo(sheet: Sheet, photo: Photo, number: int, box: tuple[float, float, float, float]) -> None:
    x, y, wide, high = box
    canvas, name = sheet.canvas, sheet.say("photo", number=str(number))
    if photo.content is not None:
        canvas.fill(x, y, wide, high, TINT)
        canvas.picture(smaller(photo.content), x, y, wide, high, name)
    else:
        canvas.frame(x + 0.5, y + 0.5, wide - 1, high - 1, QUIET, dashed=True)
        baseline = y + high / 2 - 6
        for text, size in (
            (sheet.say(f"photo_{photo.fault}"), 11.0),
            (sheet.say(f"photo_{photo.fault}_detail"), SMALL),
        ):
            for line in lines(text, size, wide - 24):
                canvas.text(x + (wide - letters.width(line) * size) / 2, baseline, line, size, QUIET)
                baseline += size * LEAD
    below = " · ".join(p for p in (name, sheet.moment(photo.taken_at), on_one_line(photo.caption)) if p)
    canvas.text(x, y + high + 11, shortened(below, SMALL, wide), SMALL, INK)
    digest = sheet.say("photo_digest", digest=photo.digest[: SHORT_DIGEST * 2])
    canvas.text(x, y + high + 21, shortened(digest, TINY, wide), TINY, QUIET)
