"""The frames of the protocol page, read by the client as the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from penstock import ProtocolError
from penstock import _wire as wire

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def example_frames() -> list[tuple[str, bytes]]:
    """Every frame of the page's example, with the line above it."""
    block = PAGE.read_text().split("## An example exchange")[1].split("```")[1]
    frames: list[tuple[str, bytes]] = []
    for line in block.strip().splitlines():
        if line[0] in "<>":
            frames.append((line, b""))
        else:
            title, content = frames[-1]
            frames[-1] = (title, content + bytes.fromhex(line))
    return frames


FRAMES = example_frames()


def body_of(kind: int) -> bytes:
    """The body of the example's last frame of a type."""
    bodies = [content[8:] for _, content in FRAMES if wire.header(bytearray(content), 0)[1] == kind]
    return bodies[-1]


def test_every_header_says_how_long_its_frame_is() -> None:
    assert len(FRAMES) == 10
    for title, content in FRAMES:
        size, _ = wire.header(bytearray(content), 0)
        assert len(content) == size + 8, title


def test_what_the_client_sends_is_the_example_byte_for_byte() -> None:
    sent = [content for title, content in FRAMES if title.startswith(">")]
    assert wire.hello() == sent[0]
    assert wire.request({"id": 1, "do": "attach", "job": "a", "uri": "file:/d"}) == sent[1]
    assert wire.release([1]) == sent[2]


def test_welcome_is_accepted() -> None:
    wire.welcome(body_of(wire.WELCOME))


def test_segment_has_number_access_and_size() -> None:
    assert wire.segment(body_of(wire.SEGMENT)) == (1, False, 64 << 20)


def test_batch_has_the_fields_of_the_page() -> None:
    row = wire.batch_struct(1, "packed").unpack(body_of(wire.BATCH))
    assert row[wire.TICKET] == 1
    assert row[wire.READY_NANOS] == 1234567890
    assert row[wire.SLOT_OFFSET] == 65536
    assert row[wire.SLOT_BYTES] == 320
    assert row[wire.EPOCH] == 0
    assert row[wire.STEP] == 0
    assert row[wire.BALANCE] == 1.0
    assert row[wire.SEGMENT_NUMBER] == 1
    assert row[wire.RANK] == 0
    assert row[wire.SAMPLES] == 2
    assert row[wire.MICRO_BATCHES] == 1
    assert row[wire.IDS_OFFSET] == 0
    assert row[wire.CHECKSUMS_OFFSET] == 64
    assert row[wire.MICRO_BATCHES_OFFSET] == 128
    assert row[wire.FIRST_FIELD :] == (192, 256, 8, 0, 0)


def test_batch_is_as_long_as_the_page_says() -> None:
    stated = re.search(r'struct\.Struct\("(<[^"]+)" \+ "([^"]+)" \* F\)', PAGE.read_text())
    assert stated is not None
    for fields in range(1, 5):
        assert wire.batch_struct(fields, "packed").format == stated[1] + stated[2] * fields
        assert wire.batch_struct(fields, "packed").size == 96 + 32 * fields


def test_end_and_retired_are_numbers() -> None:
    assert wire.end(body_of(wire.END)) == 1
    assert wire.retired(body_of(wire.RETIRED)) == 1


def test_goodbye_is_an_error_to_wait_out() -> None:
    assert json.loads(body_of(wire.GOODBYE))["kind"] == "stopping"
    assert str(wire.error(body_of(wire.GOODBYE))) == "the daemon stops"


@pytest.mark.parametrize("size", [(1 << 20) + 1, 0xFFFFFFFF])
def test_a_body_beyond_the_limit_is_refused(size: int) -> None:
    with pytest.raises(ProtocolError, match="is a penstock daemon at this socket"):
        wire.header(bytearray(size.to_bytes(4, "little") + b"\x85\0\0\0"), 0)


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff"])
def test_an_answer_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        wire.json_object(body)
