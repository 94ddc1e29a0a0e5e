"""What the code of a unit says, under the address where people reach this server. Pure."""

from urllib.parse import urlsplit

from server.products.rules.digital_link import DigitalLink, build, build_for_label


def unit_link(public_url: str, gtin14: str, serial: str) -> DigitalLink:
    """`public_url` may have a path; it becomes the link's stem."""
    return DigitalLink(gtin14, serial=serial, stem=urlsplit(public_url).path.rstrip("/"))


def unit_url(public_url: str, gtin14: str, serial: str) -> str:
    """The canonical link."""
    at = urlsplit(public_url)
    return build(unit_link(public_url, gtin14, serial), at.netloc, scheme=at.scheme)


def label_url(public_url: str, gtin14: str, serial: str) -> str:
    """The same link as the label carries it, in the fewest modules."""
    at = urlsplit(public_url)
    return build_for_label(unit_link(public_url, gtin14, serial), at.netloc, scheme=at.scheme)
