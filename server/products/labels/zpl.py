"""A label as ZPL II for thermal printers: the bitmap of its dots, so that the printer's own fonts, encodings and QR
encoder have no say. Same drawing, same bytes.

`^GFA` with Z64 data (zlib in base64 with a CRC-16; Zebra's programming guide, “Alternative data compression schemes”),
which printers understand since firmware V50/60.13; `^PW` and `^LL` are the label in dots.
"""

import base64
import binascii
import zlib

import numpy as np

from server.products.labels.drawing import Drawing
from server.products.labels.raster import dots


def zpl(drawing: Drawing) -> bytes:
    printed = dots(drawing)
    height, width = printed.shape
    packed = np.packbits(printed, axis=1)
    return (
        f"^XA\n^PW{width}\n^LL{height}\n^LH0,0\n^FO0,0"
        f"^GFA,{packed.size},{packed.size},{packed.shape[1]},{_z64(packed.tobytes())}^FS\n^PQ1\n^XZ\n"
    ).encode("ascii")


def _z64(bitmap: bytes) -> str:
    text = base64.b64encode(zlib.compress(bitmap, 6))
    return f":Z64:{text.decode('ascii')}:{binascii.crc_hqx(text, 0):04X}"
