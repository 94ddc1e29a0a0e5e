"""The QR symbol of a link, as modules, and as what draws them. Pure.

`qrcode` encodes the link, divides the polynomials of the error correction and knows where everything lies. Two things
are done here by numpy, with the same result (the tests compare whole symbols): its choice of the mask looks at eight
symbols module by module, which is nine tenths of its time (ISO/IEC 18004, 7.8.3); and as error correction is linear,
what it makes of each single codeword is asked of it once and summed up from then on. Some 0.7 ms instead of 11.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode import base, util
from qrcode.exceptions import DataOverflowError

#: L is not offered: a label on a machine gets scratched.
Level = Literal["M", "Q", "H"]
LEVELS: dict[Level, int] = {"M": qrcode.ERROR_CORRECT_M, "Q": qrcode.ERROR_CORRECT_Q, "H": qrcode.ERROR_CORRECT_H}

Modules = NDArray[np.bool_]
"""Square, True where it is dark, without the quiet zone; not to be written to."""

_MASKS = range(8)


@lru_cache(maxsize=256)
def modules(link: str, level: Level = "Q") -> Modules | None:
    """In the smallest version that holds the link at that level; None when it is too long for a symbol."""
    content = util.QRData(link.encode())  # one segment: capitals and digits stay in the compact alphanumeric mode
    version = _version(len(content), content.mode, level)
    if version is None:
        return None
    codewords = _codewords(content, version, level)
    frame = _frame(version, level)
    bits = np.zeros(frame.rows.size, dtype=np.bool_)  # what remains beyond the last codeword is light
    bits[: codewords.size * 8] = np.unpackbits(codewords)
    masked = bits ^ frame.masks
    tried = np.repeat(frame.trial[np.newaxis], len(_MASKS), axis=0)
    tried[:, frame.rows, frame.columns] = masked
    best = int(np.argmin(_penalties(tried)))
    finished = frame.finished[best].copy()
    finished[frame.rows, frame.columns] = masked[best]
    finished.setflags(write=False)
    return finished


class Run(NamedTuple):
    """Dark modules side by side; the origin is the symbol's upper left."""

    x: int
    y: int
    length: int


def runs(symbol: Modules) -> list[Run]:
    """From the upper left, row by row."""
    edged = np.zeros((len(symbol), len(symbol) + 2), dtype=np.int8)
    edged[:, 1:-1] = symbol
    steps = np.diff(edged, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    return list(map(Run, starts.tolist(), rows.tolist(), (ends - starts).tolist()))


_LARGE = 10
"""Versions beyond are rare on labels, and their tables would take a second to make."""


def _codewords(content: util.QRData, version: int, level: Level) -> NDArray[np.uint8]:
    """Data and error correction as they are placed, interleaved."""
    if version > _LARGE:
        return np.array(util.create_data(version, LEVELS[level], [content]), dtype=np.uint8)
    buffer = util.BitBuffer()
    buffer.put(content.mode, 4)
    buffer.put(len(content), util.length_in_bits(content.mode, version))
    content.write(buffer)
    alone = _of_single_codewords(version, level)
    room = len(alone) * 8 - len(buffer)
    buffer.put(0, min(room, 4))  # the terminator, then whole bytes, then the padding of 7.4.10
    buffer.put(0, -len(buffer) % 8)
    padding = np.resize(np.array([236, 17], dtype=np.uint8), len(alone) - len(buffer.buffer))
    data = np.concatenate([np.array(buffer.buffer, dtype=np.uint8), padding])
    return np.asarray(np.bitwise_xor.reduce(_products()[data[:, np.newaxis], alone], axis=0))


@lru_cache(maxsize=32)
def _of_single_codewords(version: int, level: Level) -> NDArray[np.uint8]:
    """What is placed when one data codeword is 1 and all others are 0: a row for each of them. `qrcode` divides no
    polynomial of zeros, so it is what changes when that codeword of some others changes by 1."""
    blocks = base.rs_blocks(version, LEVELS[level])
    some = [7 * place % 251 + 2 for place in range(sum(block.data_count for block in blocks))]

    def placed(data: list[int]) -> NDArray[np.uint8]:
        buffer = util.BitBuffer()
        buffer.buffer, buffer.length = data, 8 * len(data)
        return np.array(util.create_bytes(buffer, blocks), dtype=np.uint8)

    before = placed(some)
    changed = [placed([*some[:place], some[place] ^ 1, *some[place + 1 :]]) for place in range(len(some))]
    return np.array(changed) ^ before


@lru_cache(maxsize=1)
def _products() -> NDArray[np.uint8]:
    """Of any two numbers of the field that codewords are counted in, GF(256)."""
    logarithms = np.array([base.glog(number) for number in range(1, 256)])
    powers = np.array([base.gexp(exponent) for exponent in range(255)], dtype=np.uint8)
    table = np.zeros((256, 256), dtype=np.uint8)
    table[1:, 1:] = powers[(logarithms[:, np.newaxis] + logarithms) % 255]
    return table


@lru_cache(maxsize=512)
def _version(length: int, mode: int, level: Level) -> int | None:
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    code.data_list.append(util.QRData(b"A" * length if mode == util.MODE_ALPHA_NUM else _of(mode, length), mode=mode))
    try:
        return int(code.best_fit(start=1))
    except (DataOverflowError, ValueError):
        return None


def _of(mode: int, length: int) -> bytes:
    return (b"0" if mode == util.MODE_NUMBER else b"a") * length


class _Frame(NamedTuple):
    """Everything of a version that does not depend on the content. `rows`, `columns`: where the bits go, in their
    order; `masks`: 8 × bits; `finished`: the fixed modules with each mask's format information, and `trial` without
    it, which is how masks are compared."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    masks: NDArray[np.bool_]
    trial: Modules
    finished: tuple[Modules, ...]


@lru_cache(maxsize=32)
def _frame(version: int, level: Level) -> _Frame:
    trial = _fixed(version, level, 0, trial=True)
    rows, columns = _places(trial)
    masks = [[util.mask_func(mask)(int(r), int(c)) for r, c in zip(rows, columns, strict=True)] for mask in _MASKS]
    return _Frame(
        rows,
        columns,
        np.array(masks, dtype=np.bool_),
        np.array(trial, dtype=np.bool_),
        tuple(np.array(_fixed(version, level, mask, trial=False), dtype=np.bool_) for mask in _MASKS),
    )


def _fixed(version: int, level: Level, mask: int, *, trial: bool) -> list[list[bool | None]]:
    """None where a bit of the content goes."""
    code = qrcode.QRCode(version=version, error_correction=LEVELS[level], border=0)
    side = code.modules_count = version * 4 + 17
    code.modules = [[None] * side for _ in range(side)]
    for row, column in ((0, 0), (side - 7, 0), (0, side - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(trial, mask)
    if version >= 7:
        code.setup_type_number(trial)
    return [list(row) for row in code.modules]


def _places(fixed: list[list[bool | None]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Two columns at a time from the right, up and down in turn, past the column of the timing pattern (7.7.3)."""
    side = len(fixed)
    places = []
    upwards = True
    for right in range(side - 1, 0, -2):
        pair = right - 1 if right <= 6 else right
        for row in range(side - 1, -1, -1) if upwards else range(side):
            places += [(row, column) for column in (pair, pair - 1) if fixed[row][column] is None]
        upwards = not upwards
    found = np.array(places, dtype=np.intp)
    return found[:, 0], found[:, 1]


def _penalties(symbols: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What each symbol of the stack is worth by the four rules; the least is the best."""
    turned = symbols.transpose(0, 2, 1)
    total = _runs(symbols) + _runs(turned) + 40 * (_like_finders(symbols) + _like_finders(turned)) + _blocks(symbols)
    share = symbols.sum(axis=(1, 2)) / symbols[0].size
    return np.asarray(total + (np.abs(share * 100 - 50) / 5).astype(int) * 10, dtype=np.float64)


def _runs(symbols: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Five or more of a colour in a row: 3 points and one more for each beyond the fifth."""
    same = symbols[:, :, 1:] == symbols[:, :, :-1]
    fives = same[:, :, :-3] & same[:, :, 1:-2] & same[:, :, 2:-1] & same[:, :, 3:]
    begun = fives.copy()
    begun[:, :, 1:] &= ~fives[:, :, :-1]
    return np.asarray(np.count_nonzero(fives, axis=(1, 2)) + 2 * np.count_nonzero(begun, axis=(1, 2)))


def _blocks(symbols: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Every 2 × 2 of one colour: 3 points."""
    beside = symbols[:, :, 1:] == symbols[:, :, :-1]
    below = symbols[:, 1:, :] == symbols[:, :-1, :]
    return np.asarray(3 * np.count_nonzero(beside[:, 1:] & beside[:, :-1] & below[:, :, 1:], axis=(1, 2)))


_FINDER = (True, False, True, True, True, False, True)
_LIGHT = (False,) * 4


def _like_finders(symbols: NDArray[np.bool_]) -> NDArray[np.intp]:
    """What looks like a finder pattern beside four light modules, before or after."""
    reach = symbols.shape[2] - 10
    light = ~symbols
    seen: NDArray[np.intp] = np.zeros(len(symbols), dtype=np.intp)
    for pattern in (_FINDER + _LIGHT, _LIGHT + _FINDER):
        alike = np.ones((*symbols.shape[:2], reach), dtype=np.bool_)
        for place, dark in enumerate(pattern):
            alike &= (symbols if dark else light)[:, :, place : place + reach]
        seen += np.count_nonzero(alike, axis=(1, 2))
    return seen
