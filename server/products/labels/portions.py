"""Batches are drawn in parts, so that little is lost when a worker dies. Pure."""

from server.products.labels.formats import OnPaper

PART = 250
"""Labels drawn at a time: about a second's work."""


def portions(labels: int, paper: OnPaper) -> list[int]:
    """How many labels each part has. Every part of a PDF begins with a new sheet, but for the first, whose sheet may
    have been begun before."""
    if paper.sheet is None:
        return _cut(labels, PART, PART)
    sheets = max(PART // paper.sheet.places, 1)
    whole = sheets * paper.sheet.places
    return _cut(labels, whole - (paper.start - 1), whole)


def _cut(labels: int, first: int, further: int) -> list[int]:
    found, size = [], first
    while labels > 0:
        found.append(min(size, labels))
        labels -= found[-1]
        size = further
    return found
