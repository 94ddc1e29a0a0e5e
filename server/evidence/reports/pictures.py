"""Photos as small as paper needs them. Pure."""

import io

from PIL import Image

#: Longest side, in dots: 285 an inch where two photos stand side by side. Half of what the copies to look at have, so
#: that libjpeg leaves the other half out while it unpacks, which is quick.
MOST = 1000
_QUALITY = 82


def smaller(content: bytes) -> bytes:
    """A JPEG of ours as one for paper: a fifth of the bytes."""
    picture = Image.open(io.BytesIO(content))
    longest = max(picture.size)
    if longest <= MOST:
        return content
    picture.draft("RGB", (picture.width * MOST // longest, picture.height * MOST // longest))
    pixels = picture.convert("RGB")
    pixels.thumbnail((MOST, MOST))
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
