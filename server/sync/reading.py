"""From the bytes of a push to operations: each is read by itself; what cannot be read is refused alone (guarantee 8).

| what is wrong                                          | what becomes of it                             |
| ------------------------------------------------------ | ---------------------------------------------- |
| the body is neither JSON nor MessagePack, or no `Push` | the request is refused: `malformed`, `invalid` |
| more than 500 operations                               | the request is refused: `batch_too_large`      |
| `seq` is not a whole number from 1 to 2^53             | set aside: named in `unreadable`, not recorded |
| `op_id` is no UUID, or not of version 7                | rejected: `op_id_invalid`                      |
| a kind nobody knows                                    | rejected: `unknown_kind`                       |
| a control character, half a surrogate pair             | rejected: `text_forbidden_character`           |
| nested more than 32 deep                               | rejected: `nested_too_deep`                    |
| NaN, an infinity, a number of more than 300 digits     | rejected: `number_not_finite`                  |
| any other breach of the operation's shape              | rejected: `malformed`                          |

What is rejected is recorded under its `seq` as it came, so that the queue passes. What is set aside has no place to be
recorded under; the operations before it are judged all the same, and those behind it meet a gap.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec

from offline_sync.immutable import immutable
from offline_sync.operation import FieldTime, Operation, RecordKey, canonical
from offline_sync.rules import Refusal
from schemas import operations as kinds
from schemas import sync as wire
from schemas.errors import Code
from server.platform import clock
from server.platform.errors import Refused
from server.platform.text import forbidden_in, may_hold_forbidden
from server.sync import translate

#: The record type of an operation that could not be read: no rules belong to it.
MALFORMED = "malformed"

MAX_OPERATIONS = 500
#: Objects and lists inside one another, `args` itself counted; the replicas refuse more when the operation is made.
MAX_DEPTH = 32

_Identity = tuple[str, int]


@immutable
class Batch:
    """`refused`: (op_id, seq) → why it is refused before any rule sees it. `unreadable`: what could not even be
    recorded."""

    device_id: UUID
    sent_at: FieldTime
    received_ms: int
    operations: tuple[Operation, ...]
    refused: Mapping[_Identity, Refusal]
    unreadable: tuple[wire.Unreadable, ...] = ()
    drained: bool = False

    def singles(self) -> Iterable["Batch"]:
        """One batch per operation, in sequence."""
        return [replace(self, operations=(o,)) for o in sorted(self.operations, key=lambda o: o.seq)]

    def refusing(self) -> "Batch":
        """The same operations, all refused because they cannot be kept."""
        no = Refusal(Code.OPERATION_FAULTY, "The operation could not be kept as data; it is kept as text.")
        return replace(self, refused={(o.op_id, o.seq): no for o in self.operations})


# The request: bytes → `Push`, whose operations are not looked into yet.

_PUSH = msgspec.json.Decoder(wire.Push)


def decode(body: bytes, packed: bool = False) -> wire.Push:
    """`packed`: the body is MessagePack. Raises `Refused`: `malformed`, `invalid`, `batch_too_large`,
    `nested_too_deep`."""
    sent = _unpacked(body) if packed else _parsed(body)
    if len(sent.operations) > MAX_OPERATIONS:
        raise Refused(
            Code.BATCH_TOO_LARGE, f"{len(sent.operations)} operations; send {MAX_OPERATIONS}", limit=MAX_OPERATIONS
        )
    return sent


def _parsed(body: bytes) -> wire.Push:
    try:
        return _PUSH.decode(body)
    except msgspec.ValidationError as fault:
        raise Refused(Code.INVALID, str(fault)) from fault
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _enveloped(
            _lenient(body, _READABLE_DEPTH)
        )  # one operation may be at fault, and must not hold up the others


def _unpacked(body: bytes) -> wire.Push:
    try:
        return _enveloped(_json_shaped(msgspec.msgpack.decode(body)))
    except RecursionError as fault:
        raise Refused(Code.NESTED_TOO_DEEP, "nested beyond what can be read") from fault
    except (msgspec.DecodeError, ValueError) as fault:
        raise Refused(Code.MALFORMED, str(fault)) from fault


class _Envelope(wire.Push, frozen=True, kw_only=True):
    operations: list[Any]


def _enveloped(content: Any) -> wire.Push:
    try:
        envelope = msgspec.convert(content, _Envelope)
    except (msgspec.ValidationError, UnicodeEncodeError) as fault:  # the latter: half a surrogate pair in a name
        raise Refused(Code.INVALID, str(fault)) from fault
    raws = [msgspec.Raw(json.dumps(each).encode()) for each in envelope.operations]
    return wire.Push(device_id=envelope.device_id, sent_at=envelope.sent_at, operations=raws, drained=envelope.drained)


def _json_shaped(value: Any) -> Any:
    """What MessagePack can say and JSON cannot, as text: bytes as hexadecimal, the rest as Python shows it."""
    if isinstance(value, dict):
        return {_key(k): _json_shaped(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_shaped(v) for v in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return value.hex() if isinstance(value, (bytes, bytearray)) else str(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(_json_shaped(key))


# Lenient JSON: what strict parsers refuse, read far enough to say which operation is at fault.

_TOKEN = re.compile(rb'"(?:[^"\\]|\\(?:.|\Z))*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
_READABLE_DEPTH = 2 * MAX_DEPTH
_AROUND_AN_OPERATION = 2  # the body and its list
_LONGEST_NUMBER = 300
_BEYOND_NUMBERS = 10**_LONGEST_NUMBER
_MANY_DIGITS = re.compile(rb"[0-9]{%d}" % _LONGEST_NUMBER)


def _lenient(text: bytes, levels: int) -> Any:
    """NaN, infinities, control characters, lone surrogates and bytes that are no UTF-8 pass here, and are found again
    in the operation that holds them. An operation reads the same by itself and in its batch, so that a retry in another
    batch has the same digest. Raises `Refused(malformed)` for what is no JSON at all."""
    try:
        return json.loads(
            _pruned(text, levels).decode("utf-8", "surrogateescape"),
            strict=False,
            parse_int=lambda digits: int(digits) if len(digits.lstrip("-")) <= _LONGEST_NUMBER else math.inf,
        )
    except (ValueError, RecursionError) as fault:
        raise Refused(Code.MALFORMED, str(fault)) from fault


def _pruned(text: bytes, levels: int) -> bytes:
    """The same JSON with a text in place of whatever is nested beyond `levels`."""
    kept, start, depth = [], 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in (b"[", b"{"):
            depth += 1
            if depth == levels + 1:
                kept += [text[start : token.start()], b'"..."']
        elif token[0] in (b"]", b"}"):
            if depth == levels + 1:
                start = token.end()
            depth -= 1
    if depth <= levels:
        kept.append(text[start:])
    return b"".join(kept)


# The operations, one by one.


# Keeps P-4, P-9 of docs/sync-protocol.md.
def read_batch(sent: wire.Push) -> Batch:
    """Raises `Refused(seq_invalid)` when there are operations and not one has a place in the sequence: then there is
    nothing to judge and nothing to record."""
    read = [_read(sent.device_id, raw) for raw in sent.operations]
    taken = [each for each in read if isinstance(each, _Read)]
    unreadable = tuple(
        wire.Unreadable(index=index, code=each.code, text=each.text)
        for index, each in enumerate(read)
        if isinstance(each, Refusal)
    )
    if unreadable and not taken:
        raise Refused(Code.SEQ_INVALID, unreadable[0].text, unreadable=msgspec.to_builtins(unreadable))
    return Batch(
        sent.device_id,
        translate.field_time(sent.sent_at),
        clock.now_ms(),
        tuple(each.operation for each in taken),
        {(each.operation.op_id, each.operation.seq): each.refusal for each in taken if each.refusal is not None},
        unreadable,
        sent.drained,
    )


@immutable
class _Read:
    operation: Operation
    refusal: Refusal | None = None


class _Named(wire.Operation, frozen=True, kw_only=True):
    """As almost every operation comes: its `op_id` is of version 7 and written as we write it."""

    op_id: Annotated[  # type: ignore[assignment]
        str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\\Z")
    ]


_NAMED = msgspec.json.Decoder(_Named)
_OPERATION = msgspec.json.Decoder(wire.Operation)


def _decoded(raw: msgspec.Raw) -> wire.Operation:
    try:
        return _NAMED.decode(raw)
    except msgspec.ValidationError:
        return _OPERATION.decode(raw)


def _read(device_id: UUID, raw: msgspec.Raw) -> _Read | Refusal:
    try:
        sent = _decoded(raw)
        refusal = None if _is_plain(raw) else _fault_in_texts(sent)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        return _unread(device_id, raw, str(fault))
    if refusal is not None and refusal.code != Code.TEXT_FORBIDDEN_CHARACTER:
        return _unread(device_id, raw, refusal.text)
    return _Read(translate.operation(sent), _misnamed(sent.op_id, sent.kind) or refusal)


def _is_plain(raw: msgspec.Raw) -> bool:
    """Whether the bytes alone show that there is nothing to refuse, as they do for almost every operation."""
    text = bytes(raw)
    opened = text.count(b"{") + text.count(b"[")
    return opened <= MAX_DEPTH and not may_hold_forbidden(text) and not _MANY_DIGITS.search(text)


def _fault_in_texts(sent: wire.Operation) -> Refusal | None:
    return _fault_in(sent.args, MAX_DEPTH) or _fault_in([sent.kind, sent.record.type, sent.record.id], 1)


def _misnamed(op_id: UUID | str, kind: str) -> Refusal | None:
    """`op_id`: a text is one that was found to be right."""
    if isinstance(op_id, UUID) and op_id.version != 7:
        return Refusal(Code.OP_ID_INVALID, "op_id is not a UUID of version 7.")
    if kind not in kinds.KINDS:
        return Refusal(Code.UNKNOWN_KIND, f"No operation {kind!r}.")
    return None


def _unread(device_id: UUID, raw: msgspec.Raw, why: str) -> _Read | Refusal:
    """An operation that breaks its shape, as it came, under its `seq` and `op_id`. A refusal when it has no `seq`."""
    said = _lenient_operation(raw)
    seq = said.get("seq") if isinstance(said, dict) else None
    if type(seq) is not int or not 1 <= seq <= wire.MAX_SEQ:
        return Refusal(Code.SEQ_INVALID, f"seq is not a whole number from 1 to {wire.MAX_SEQ}: {seq!r:.60}")
    sent = _storable(said)
    nowhere, never = RecordKey(MALFORMED, ""), FieldTime(0, 0, MALFORMED)
    op_id = _op_id(said.get("op_id"))
    if op_id is None:
        made = uuid5(device_id, canonical(sent).decode("utf-8", "backslashreplace"))
        operation = Operation(str(made), seq, MALFORMED, nowhere, 0, {"sent": sent}, never)
        return _Read(operation, Refusal(Code.OP_ID_INVALID, "op_id is not a UUID; this outcome bears another."))
    operation = Operation(str(op_id), seq, MALFORMED, nowhere, 0, {"sent": sent}, never)
    misnamed = None if op_id.version == 7 else Refusal(Code.OP_ID_INVALID, "op_id is not a UUID of version 7.")
    found = misnamed or _fault_in(said, MAX_DEPTH + 1)
    return _Read(operation, found or Refusal(Code.MALFORMED, why))


def _lenient_operation(raw: msgspec.Raw) -> Any:
    try:
        return _lenient(bytes(raw), _READABLE_DEPTH - _AROUND_AN_OPERATION)
    except Refused:
        return None


def _op_id(said: Any) -> UUID | None:
    try:
        return msgspec.convert(said, UUID)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None


def _fault_in(value: Any, levels: int) -> Refusal | None:
    """The first thing in a JSON-shaped value that no record could keep; None for almost everything that comes."""
    if isinstance(value, str):
        found = forbidden_in(value)
        return None if found is None else Refusal(Code.TEXT_FORBIDDEN_CHARACTER, f"The text holds {found}.")
    if isinstance(value, (int, float)):
        finite = math.isfinite(value) if isinstance(value, float) else abs(value) < _BEYOND_NUMBERS
        return None if finite else Refusal(Code.NUMBER_NOT_FINITE, "A number is not finite, or endless.")
    if not isinstance(value, (dict, list)):
        return None
    if levels == 0:
        return Refusal(Code.NESTED_TOO_DEEP, f"args are nested more than {MAX_DEPTH} deep.")
    parts: Sequence[Any] = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return next((found for found in (_fault_in(part, levels - 1) for part in parts) if found is not None), None)


def _storable(value: Any) -> Any:
    """The same with a text for every number that is not finite, which no JSON column would take."""
    if isinstance(value, dict):
        return {key: _storable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_storable(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
