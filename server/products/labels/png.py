"""A label as PNG: one bit per dot, the resolution in the file. Same drawing, same bytes."""

import io

import numpy as np
from PIL import Image

from server.products.labels.drawing import Drawing
from server.products.labels.raster import dots


def png(drawing: Drawing) -> bytes:
    printed = dots(drawing)
    height, width = printed.shape
    image = Image.frombytes("1", (width, height), np.packbits(~printed, axis=1).tobytes())
    out = io.BytesIO()
    dpi = drawing.layout.dpi
    image.save(out, "PNG", dpi=(dpi, dpi), optimize=False, compress_level=6)
    return out.getvalue()
