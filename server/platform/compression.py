"""Compression both ways: answers in the best encoding that a client takes, bodies in any of them within a limit."""

import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import brotli
from backports import zstd
from litestar import Request
from litestar.config.compression import CompressionConfig
from litestar.middleware.compression import CompressionMiddleware
from litestar.middleware.compression.brotli_facade import BrotliCompression
from litestar.middleware.compression.facade import CompressionFacade
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from schemas.errors import Code
from server.platform.errors import Refused

#: Answers shorter than this gain nothing.
MINIMUM = 1024
_GZIP_LEVEL = 4
_BROTLI_QUALITY = 5  # the first at which one job is 140 bytes smaller than by zstd: 0.2 ms
_ZSTD_LEVEL = 3  # of gzip, brotli and this, the smallest for the time: 500 jobs in 2 ms
#: Brotli knows words of the web beforehand: it makes answers shorter than this the smallest, and its time is nothing.
SHORT = 4 * 1024
#: A decoder may be asked for no more memory than this: 8 MB, as RFC 9659 has it.
_ZSTD_WINDOW: Mapping[int, int] = {int(zstd.DecompressionParameter.window_log_max): 23}


class ZstdCompression(CompressionFacade):
    encoding = "zstd"

    def __init__(self, buffer: BytesIO, compression_encoding: str, config: CompressionConfig) -> None:
        self._buffer = buffer
        self._compressor = zstd.ZstdCompressor(level=_ZSTD_LEVEL)

    def write(self, body: bytes) -> None:
        self._buffer.write(self._compressor.compress(body, mode=zstd.ZstdCompressor.FLUSH_BLOCK))

    def close(self) -> None:
        self._buffer.write(self._compressor.flush())


class BestCompression(CompressionMiddleware):
    """One of Litestar's own middlewares per encoding; the first of them that the client takes does the work."""

    def __init__(self, app: ASGIApp, config: CompressionConfig) -> None:
        super().__init__(app, config)
        self._by_encoding = {
            encoding: CompressionMiddleware(app, _config(config, facade))
            for encoding, facade in (("zstd", ZstdCompression), ("br", BrotliCompression))
        } | {"gzip": CompressionMiddleware(app, config)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wished = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        taken = _encodings(wished.decode("latin-1")) if wished else frozenset()
        if {"zstd", "br"} <= taken:
            await self.app(scope, receive, self._by_length(scope, send))
            return
        chosen = next((inner for encoding, inner in self._by_encoding.items() if encoding in taken), None)
        await (self.app if chosen is None else chosen)(scope, receive, send)

    def _by_length(self, scope: Scope, send: Send) -> Send:
        """What is short by Brotli, all else by zstd."""
        begun: Message | None = None
        chosen: Send | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal begun, chosen
            if message["type"] == "http.response.start":
                begun = message
                return
            if chosen is None and begun is not None and message["type"] == "http.response.body":
                short = not message["more_body"] and len(message["body"]) < SHORT
                encoding = "br" if short else "zstd"
                chosen = self._by_encoding[encoding].create_compression_send_wrapper(send, encoding, scope)
                await chosen(begun)
            await (chosen or send)(message)

        return send_compressed


def _config(config: CompressionConfig, facade: type[CompressionFacade]) -> CompressionConfig:
    return CompressionConfig(
        backend=facade.encoding,
        minimum_size=config.minimum_size,
        brotli_quality=_BROTLI_QUALITY,
        exclude=config.exclude,
        compression_facade=facade,
        gzip_fallback=False,
    )


def _encodings(accepted: str) -> frozenset[str]:
    parts = (part.replace(" ", "").lower().partition(";q=") for part in accepted.split(","))
    return frozenset(name for name, _, weight in parts if weight.rstrip("0") not in ("0.", "") or not weight)


def of_answers(exclude: list[str]) -> CompressionConfig:
    return CompressionConfig(
        backend="gzip",
        minimum_size=MINIMUM,
        gzip_compress_level=_GZIP_LEVEL,
        exclude=exclude,
        middleware_class=BestCompression,
    )


# Bodies. A decoder gives `most` bytes at most, whatever the body would grow to, and None when it is cut or wrong.


async def body_of(request: Request[Any, Any, Any], limit: int) -> bytes:
    """The request's body, decompressed. Raises `Refused`: `body_too_large` beyond `limit` bytes of content,
    `content_encoding_unknown`, `malformed`."""
    body = await request.body()
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return body
    decode = _DECODERS.get(encoding)
    if decode is None:
        raise Refused(Code.CONTENT_ENCODING_UNKNOWN, f"send one of {', '.join(_DECODERS)}, or none")
    content = decode(body, limit + 1)
    if content is None:
        raise Refused(Code.MALFORMED, f"the body is not whole, or not {encoding}")
    if len(content) > limit:
        raise Refused(Code.BODY_TOO_LARGE, f"more than {limit} bytes when decompressed")
    return content


def _gunzipped(body: bytes, most: int) -> bytes | None:
    reader = zlib.decompressobj(wbits=31)
    try:
        content = reader.decompress(body, most)
    except zlib.error:
        return None
    return content if len(content) == most or (reader.eof and not reader.unused_data) else None


def _unbrotlied(body: bytes, most: int) -> bytes | None:
    reader = brotli.Decompressor()
    try:
        content: bytes = reader.process(body, output_buffer_limit=most)
        while not reader.is_finished() and len(content) < most and not reader.can_accept_more_data():
            content += reader.process(b"", output_buffer_limit=most - len(content))
    except brotli.error:
        return None
    return content[:most] if len(content) >= most or reader.is_finished() else None


def _unzstded(body: bytes, most: int) -> bytes | None:
    reader = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)
    try:
        content = reader.decompress(body, most)
    except zstd.ZstdError:
        return None
    return content if len(content) == most or (reader.eof and not reader.unused_data) else None


_DECODERS: Mapping[str, Callable[[bytes, int], bytes | None]] = {
    "gzip": _gunzipped,
    "br": _unbrotlied,
    "zstd": _unzstded,
}
