"""Frames of the protocol (docs/protocol.md): what their bytes mean, without a socket."""

from __future__ import annotations

import json
import struct
from typing import Any

from penstock._errors import ProtocolError, from_json

VERSION = 1
MAX_BODY_BYTES = 1 << 20
HEADER_BYTES = 8

HELLO = 0x01
REQUEST = 0x02
RELEASE = 0x03
WELCOME = 0x81
REFUSED = 0x82
REPLY = 0x83
SEGMENT = 0x84
BATCH = 0x85
END = 0x86
FAILED = 0x87
RETIRED = 0x88
GOODBYE = 0x89

# The three bytes after the type are zero, so type and zeros are one number: any other bytes are an unknown type.
_HEADER = struct.Struct("<II")
_HELLO = struct.Struct("<8sHH")
_WELCOME = struct.Struct("<HHI")
_SEGMENT = struct.Struct("<IIQ")
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")

# A BATCH as unpacked: these, and then for each field FIELD_ITEMS, or ROWS_FIELD_ITEMS where it is not packed.
TICKET, READY_NANOS, SLOT_OFFSET, SLOT_BYTES, EPOCH, STEP = range(6)
BALANCE, SEGMENT_NUMBER, RANK, SAMPLES, MICRO_BATCHES = range(6, 11)
IDS_OFFSET, CHECKSUMS_OFFSET, MICRO_BATCHES_OFFSET = range(11, 14)
FIRST_FIELD = 14
FIELD_ITEMS = 5
ROWS_FIELD_ITEMS = 9


def batch_struct(fields: int, layout: str) -> struct.Struct:
    """The pattern of every BATCH body of an attachment with so many fields."""
    return struct.Struct("<6Qd4I3Q" + ("3Q2I" if layout == "packed" else "3Q2I4Q") * fields)


def frame(kind: int, body: bytes) -> bytes:
    return _HEADER.pack(len(body), kind) + body


def hello() -> bytes:
    return frame(HELLO, _HELLO.pack(b"PENSTOCK", VERSION, VERSION))


def request(members: dict[str, Any]) -> bytes:
    return frame(REQUEST, json.dumps(members, separators=(",", ":")).encode())


def release(tickets: list[int]) -> bytes:
    return frame(RELEASE, struct.pack(f"<{len(tickets)}Q", *tickets))


def header(buffer: bytearray, at: int) -> tuple[int, int]:
    """Length of the body and type of the frame that begins there."""
    size, kind = _HEADER.unpack_from(buffer, at)
    if size > MAX_BODY_BYTES:
        raise ProtocolError(
            f"reading a frame failed: bytes={size}, most={MAX_BODY_BYTES}; is a penstock daemon at this socket?"
        )
    return size, kind


def welcome(body: bytes) -> None:
    """Reads WELCOME, and refuses a version that was not offered."""
    version, zero, _ = unpack(_WELCOME, body, "WELCOME")
    if version != VERSION or zero != 0:
        raise ProtocolError(
            f"connecting to the daemon failed: version={version}, understood={VERSION};"
            " use a client and a daemon of one release"
        )


def segment(body: bytes) -> tuple[int, bool, int]:
    """Number, whether it may be written, and bytes of a segment."""
    number, access, size = unpack(_SEGMENT, body, "SEGMENT")
    if access > 1:
        raise ProtocolError(f"reading SEGMENT failed: access={access}, understood=0 and 1; update the client")
    return number, access == 1, size


def end(body: bytes) -> int:
    """First step that is not delivered."""
    step: int = unpack(_U64, body, "END")[0]
    return step


def retired(body: bytes) -> int:
    """Number of a segment that no later batch is in."""
    number: int = unpack(_U32, body, "RETIRED")[0]
    return number


def unpack(pattern: struct.Struct, body: bytes, what: str) -> tuple[Any, ...]:
    if len(body) != pattern.size:
        raise ProtocolError(f"reading {what} failed: bytes={len(body)}, expected={pattern.size}")
    return pattern.unpack(body)


def json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as malformed:
        raise ProtocolError(f"reading an answer failed: {malformed}") from malformed
    if not isinstance(value, dict):
        raise ProtocolError(f"reading an answer failed: found={type(value).__name__}, expected=an object")
    return value


def error(body: bytes) -> Exception:
    """The exception that a REFUSED, FAILED or GOODBYE stands for."""
    return from_json(json_object(body))
