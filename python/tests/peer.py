"""A daemon in this process that does what a test tells it, over a real socket and with real memory files."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

SEGMENT_BYTES = 1 << 20
SLOT_BYTES = 1 << 16


def frame(kind: int, body: bytes) -> bytes:
    return struct.pack("<IB3x", len(body), kind) + body


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 & -(byte & 1))
    return byte


_TABLE = [_crc_of(byte) for byte in range(256)]


def crc32c(data: bytes) -> int:
    """CRC-32C, a byte at a time."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Line:
    """The daemon's end of one connection."""

    def __init__(self, accepted: socket.socket) -> None:
        self.socket = accepted
        self.tickets = 0
        self.released: list[int] = []
        self.slots: dict[int, int] = {}
        self.memory: Any = None

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self) -> tuple[int, bytes] | None:
        head = self._exactly(8)
        if head is None:
            return None
        size, kind = struct.unpack("<IB3x", head)
        body = self._exactly(size)
        return None if body is None else (kind, body)

    def _exactly(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                return None
            data += part
        return data

    def greet(self) -> None:
        assert self.receive() == (0x01, b"PENSTOCK" + struct.pack("<HH", 1, 1))
        self.send(frame(0x81, struct.pack("<HHI", 1, 0, 1 << 20)))

    def request(self) -> dict[str, Any]:
        received = self.receive()
        assert received is not None and received[0] == 0x02
        asked: dict[str, Any] = json.loads(received[1])
        return asked

    def reply(self, to: dict[str, Any], **members: Any) -> None:
        self.send(frame(0x83, json.dumps({"id": to["id"], **members}).encode()))

    def accept_attach(self, **differences: Any) -> dict[str, Any]:
        asked = self.request()
        assert asked["do"] == "attach"
        options = asked["options"]
        start = asked["start"]
        if isinstance(start, dict):
            start = start["step"]
        members: dict[str, Any] = {
            "job": asked["job"],
            "rank": options["rank"],
            "ranks": options["ranks"],
            "start": start,
            "steps": None,
            "batch": options["batch"],
            "samples": 10,
            "credits": asked["credits"],
            "access": asked["access"],
            "committed": None,
            "fields": [{"name": "txt", "type": "UINT8"}],
            "state": {"digest": "d", "step": start},
        }
        self.reply(asked, **{**members, **differences})
        return asked

    def segment(self, number: int = 1, writable: int = 0, size: int = SEGMENT_BYTES, promised: int | None = None) -> None:
        self.memory = os.memfd_create("slots")
        os.ftruncate(self.memory, size)
        body = struct.pack("<IIQ", number, writable, promised or size)
        socket.send_fds(self.socket, [frame(0x84, body)], [self.memory])

    def batch_bytes(
        self,
        step: int,
        texts: list[bytes],
        *,
        epoch: int = 0,
        slot: int | None = None,
        segment: int = 1,
        rank: int = 0,
        shape: int = 0,
        values_bytes: int | None = None,
    ) -> bytes:
        """Writes a batch to its slot; the frame that announces it."""
        self.tickets += 1
        at = slot
        if at is None:
            taken = self.slots.values()
            at = next(free for free in range(0, SEGMENT_BYTES, SLOT_BYTES) if free not in taken)
        self.slots[self.tickets] = at
        count = len(texts)
        regions = {
            "ids": struct.pack(f"<{count}q", *(step * 100 + i for i in range(count))),
            "checksums": struct.pack(f"<{count}I", *map(crc32c, texts)),
            "micro": struct.pack("<2i", 0, count),
            "offsets": struct.pack(f"<{count + 1}i", *(sum(map(len, texts[:i])) for i in range(count + 1))),
            "values": b"".join(texts),
        }
        places = {}
        used = 0
        for name, content in regions.items():
            places[name] = used
            os.pwrite(self.memory, content, at + used)
            used += -(-len(content) // 64) * 64
        size = len(regions["values"]) if values_bytes is None else values_bytes
        body = struct.pack("<6Qd", self.tickets, 0, at, SLOT_BYTES, epoch, step, 1.0)
        body += struct.pack("<4I", segment, rank, count, 1)
        body += struct.pack("<3Q", places["ids"], places["checksums"], places["micro"])
        body += struct.pack("<3Q2I", places["offsets"], places["values"], size, shape, 0)
        return frame(0x85, body)

    def batch(self, step: int, texts: list[bytes], **differences: Any) -> None:
        self.send(self.batch_bytes(step, texts, **differences))

    def until_closed(self) -> None:
        while self.receive() is not None:
            pass

    def serve(self, total: int | None = None) -> None:
        """Attaches and announces batches of one text, `step N`, until the client is gone; obeys every request."""
        asked = self.accept_attach(steps=total)
        credits, step = asked["credits"], asked["start"]
        step = step["step"] if isinstance(step, dict) else step
        self.segment(writable=int(asked["access"] == "exclusive"))
        out = 0
        while True:
            while out < credits and step != total:
                self.batch(step, [f"step {step}".encode()], epoch=step * asked["options"]["batch"] // 10)
                out += 1
                step += 1
                if step == total:
                    self.send(frame(0x86, struct.pack("<Q", step)))
            received = self.receive()
            if received is None:
                return
            kind, body = received
            if kind == 0x03:
                tickets = struct.unpack(f"<{len(body) // 8}Q", body)
                for ticket in tickets:
                    del self.slots[ticket]
                self.released += tickets
                out -= len(tickets)
                continue
            request = json.loads(body)
            if request["do"] == "state":
                self.reply(request, state={"digest": "d", "step": request["step"]})
            elif request["do"] == "wait":
                self.reply(request)
            elif request["do"] == "commit":
                self.reply(request, committed=request["step"])
            elif request["do"] == "detach":
                self.reply(request)
                return
            else:
                self.reply(request, error={"kind": "protocol", "message": "unknown request"})


class Peer:
    """Listens at a socket, and answers each connection with the next script."""

    def __init__(self, path: Path, *scripts: Callable[[Line], None]) -> None:
        self.path = path
        self.lines: list[Line] = []
        self._scripts = scripts
        self._failure: BaseException | None = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(30)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Peer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failed: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whatever the test still keeps: the scripts see the end of their connections.
        for line in self.lines:
            try:
                line.socket.shutdown(socket.SHUT_RD)
            except OSError:
                pass  # the script has closed it
        self._thread.join(30)
        if failed is None:
            assert not self._thread.is_alive(), "the client did not do what the script waits for"
            if self._failure is not None:
                raise self._failure

    def _run(self) -> None:
        try:
            for script in self._scripts:
                accepted, _ = self._listener.accept()
                accepted.settimeout(30)
                line = Line(accepted)
                self.lines.append(line)
                with accepted:
                    try:
                        script(line)
                    except (BrokenPipeError, ConnectionResetError):
                        pass  # the client has left, which is for the test to judge
                    if line.memory is not None:
                        os.close(line.memory)
        except BaseException as failed:
            self._failure = failed
        finally:
            self._listener.close()
