"""One connection to a daemon: greeting, requests and replies, batches as they are announced.

No thread is behind it: whoever waits for something reads the socket, and what is not theirs is kept for its reader.
A batch that was announced meanwhile costs its taker no system call.
"""

from __future__ import annotations

import array
import errno
import os
import select
import socket
import struct
import time
import weakref
from collections import deque
from typing import Any

from penstock import _wire
from penstock._errors import PenstockError, ProtocolError, UnavailableError, from_json
from penstock._memory import Segment, Tickets

# About 500 announcements, more than the credits of any attachment; a longer frame makes its own room.
_BUFFER_BYTES = 1 << 16

# Segments come one at a time; the kernel takes at most 253 descriptors in one message.
_ANCILLARY_BYTES = socket.CMSG_SPACE(16 * array.array("i").itemsize)

_RECEIVE_FLAGS = socket.MSG_DONTWAIT | getattr(socket, "MSG_CMSG_CLOEXEC", 0)


# pid, uid, gid of the process that listens.
_CREDENTIALS = struct.Struct("<iII")


class ConnectionLost(Exception):
    """The daemon is gone, or closed the connection without a reason that forbids to come back."""


class _Line:
    """The socket, shared by the connection and every lease of a slot that came over it.

    A closed socket tells the daemon that nobody reads its slots any more. So it is closed when the last of them is
    gone: a batch that outlives its loader stays what it is.
    """

    def __init__(self, path: str) -> None:
        self.parked: Connection | None = None
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.socket.connect(path)
        except OSError as failed:
            self.socket.close()
            raise _unavailable(path, failed) from failed
        _lines.add(self)
        credentials = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        user = _CREDENTIALS.unpack(credentials)[1]
        if os.getuid() not in (0, user) and user != 0:
            raise UnavailableError(
                f"connecting to the daemon failed: socket={path}, user={user}; it is another user's: start your own with"
                " `penstock serve --socket FILE`, and name it with `socket=` or PENSTOCK_SOCKET"
            )

    def __del__(self) -> None:
        # An interrupted constructor may have opened none.
        if hasattr(self, "socket"):
            self.socket.close()


_lines: weakref.WeakSet[_Line] = weakref.WeakSet()


def _close_in_child() -> None:
    """A child's copy of the socket would keep the connection open after the parent's death."""
    for line in list(_lines):
        line.socket.close()


os.register_at_fork(after_in_child=_close_in_child)


def _unavailable(path: str, failed: OSError) -> UnavailableError:
    remedy = "start one with `penstock serve`, or name its socket with `socket=` or PENSTOCK_SOCKET"
    if failed.errno == errno.EACCES:
        remedy = "a daemon serves its own user only: start your own with `penstock serve --socket FILE`"
    elif failed.errno == errno.ECONNREFUSED:
        remedy = "the socket is of a daemon that is gone: start it again with `penstock serve`"
    reason = failed.strerror or str(failed)
    return UnavailableError(f"connecting to the daemon failed: socket={path}, reason={reason}; {remedy}")


class Parked:
    """A connection that its loader has left, there to be taken up again as long as somebody keeps a batch of it."""

    def __init__(self, line: _Line) -> None:
        self._line = weakref.ref(line)

    def take_up(self) -> Connection | None:
        """The connection as it was left; None when its last batch is gone, and it with it."""
        line = self._line()
        if line is None or line.parked is None:
            return None
        connection, line.parked = line.parked, None
        connection._hold(line)
        return connection


class Connection:
    """A greeted connection. Not thread-safe; only `ended` may be appended to by other threads."""

    def __init__(self, path: str) -> None:
        self.announced: deque[tuple[tuple[Any, ...], Segment]] = deque()
        self.ended_at: int | None = None
        self.failure: Exception | None = None
        self.ended = Tickets()
        self.outstanding = 0
        self._hold(_Line(path))
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._buffer = bytearray(_BUFFER_BYTES)
        self._first = 0
        self._last = 0
        self._descriptors: deque[int] = deque()
        self._segments: dict[int, Segment] = {}
        self._requests = 0
        self._attaching = 0
        self._replies: dict[int, dict[str, Any]] = {}
        self._batch: Any = None
        self._lost: Exception | None = None
        self._greeted = False
        try:
            self._greet()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leaves the daemon, when the last batch that is kept is gone. Nothing may be called afterwards."""
        self.announced.clear()
        self._segments.clear()
        while self._descriptors:
            os.close(self._descriptors.popleft())
        del self._line, self._socket

    def park(self) -> Parked:
        """As `close`; but while a batch is kept the daemon's client can be taken up, with what was announced to it."""
        line = self._line
        line.parked = self
        del self._line, self._socket
        return Parked(line)

    def _hold(self, line: _Line) -> None:
        self._line = line
        self._socket = line.socket

    def _greet(self) -> None:
        self._send(_wire.hello())
        while not self._greeted:
            self._require_line()
            self.receive(None)

    def attach(self, members: dict[str, Any]) -> dict[str, Any]:
        """Attaches; batches come from now on."""
        self._attaching = self._requests + 1
        return self.request("attach", members)

    def request(self, do: str, members: dict[str, Any]) -> dict[str, Any]:
        """Sends a request and waits for its reply; an error in it is raised."""
        self._requests += 1
        number = self._requests
        self._send(_wire.request({"id": number, "do": do, **members}))
        while number not in self._replies:
            self._require_line()
            self.receive(None)
        reply = self._replies.pop(number)
        if "error" in reply:
            raise from_json(reply["error"])
        return reply

    def release(self) -> None:
        """Tells the daemon of the slots that nobody reads any more, in one frame."""
        tickets = self.ended.take()
        if tickets:
            self.outstanding -= len(tickets)
            try:
                self._send(_wire.release(tickets))
            except ConnectionLost:
                pass  # What was announced is still there to be taken; after it, its taker learns of the loss.

    def _send(self, frame: bytes) -> None:
        try:
            self._socket.sendall(frame)
        except OSError as failed:
            self._hear_out()
            self._lose(failed)
            self._require_line()

    def _hear_out(self) -> None:
        """Reads what a daemon that closed the connection sent before: it says more than a broken pipe."""
        try:
            while not self.lost and self.receive(0):
                pass
        except PenstockError as refused:
            if not self._greeted:
                raise
            self.failure = self.failure or refused

    def _lose(self, failed: Exception) -> None:
        # A refusal that came before says more than the broken pipe after it.
        self._lost = self._lost or failed

    def _require_line(self) -> None:
        if self._lost is not None:
            raise ConnectionLost(str(self._lost)) from self._lost

    @property
    def kept(self) -> int:
        """Batches that were taken and that somebody still refers to."""
        return self.outstanding - len(self.announced) - len(self.ended)

    @property
    def lost(self) -> bool:
        return self._lost is not None

    def receive(self, seconds: float | None) -> bool:
        """Reads what the daemon has sent; False when nothing came in time. A loss is found by who asks for more."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            view = memoryview(self._buffer)[self._last :]
            try:
                count, ancillary, flags, _ = self._socket.recvmsg_into([view], _ANCILLARY_BYTES, _RECEIVE_FLAGS)
            except BlockingIOError:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not self._poll.poll(None if left is None else left * 1000):
                    return False
                continue
            except OSError as failed:
                self._lose(failed)
                return True
            finally:
                view.release()
            for level, kind, data in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    received = array.array("i")
                    received.frombytes(data[: len(data) - len(data) % received.itemsize])
                    self._descriptors.extend(received)
            if flags & socket.MSG_CTRUNC:
                raise ProtocolError("receiving descriptors failed: some were cut off; raise `ulimit -n`")
            if count == 0:
                self._lose(ConnectionError("the daemon closed the connection"))
                return True
            self._last += count
            self._read_frames()
            return True

    def _read_frames(self) -> None:
        buffer, first, last = self._buffer, self._first, self._last
        needed = _wire.HEADER_BYTES
        while last - first >= _wire.HEADER_BYTES:
            size, kind = _wire.header(buffer, first)
            begin = first + _wire.HEADER_BYTES
            if last - begin < size:
                needed = _wire.HEADER_BYTES + size
                break
            if kind == _wire.BATCH and self._batch is not None:
                self._announce(buffer, begin, size)
            else:
                self._other(kind, bytes(buffer[begin : begin + size]))
            first = begin + size
        if first == last:
            self._first = self._last = 0
            return
        rest = buffer[first:last]
        if needed > len(buffer):
            self._buffer = bytearray(needed)
        self._buffer[: len(rest)] = rest
        self._first, self._last = 0, len(rest)

    def _announce(self, buffer: bytearray, begin: int, size: int) -> None:
        if size != self._batch.size:
            raise ProtocolError(f"reading BATCH failed: bytes={size}, expected={self._batch.size}")
        row = self._batch.unpack_from(buffer, begin)
        segment = self._segments.get(row[_wire.SEGMENT_NUMBER])
        if segment is None:
            raise ProtocolError(f"reading BATCH failed: segment={row[_wire.SEGMENT_NUMBER]}, which was not announced")
        self.announced.append((row, segment))
        self.outstanding += 1

    def _other(self, kind: int, body: bytes) -> None:
        if not self._greeted and kind not in (_wire.WELCOME, _wire.REFUSED):
            raise ProtocolError(
                f"connecting to the daemon failed: frame=0x{kind:02x}, expected=WELCOME; is it a penstock daemon?"
            )
        if kind == _wire.WELCOME:
            _wire.welcome(body)
            self._greeted = True
        elif kind == _wire.REPLY:
            self._reply(_wire.json_object(body))
        elif kind == _wire.SEGMENT:
            self._segment(*_wire.segment(body))
        elif kind == _wire.RETIRED:
            self._segments.pop(_wire.retired(body), None)
        elif kind == _wire.END:
            self.ended_at = _wire.end(body)
        elif kind == _wire.REFUSED and not self._greeted:
            raise _wire.error(body)
        elif kind in (_wire.FAILED, _wire.REFUSED):
            # Told behind what was announced before it.
            self.failure = _wire.error(body)
        elif kind == _wire.GOODBYE:
            self._lose(_wire.error(body))
        else:
            raise ProtocolError(f"reading a frame failed: type=0x{kind:x}; it is unknown, or came out of turn")

    def _reply(self, reply: dict[str, Any]) -> None:
        number = reply.get("id")
        if not isinstance(number, int):
            raise ProtocolError(f"reading a reply failed: id={number!r}")
        # Announcements may follow in the same read, and are as long as there are fields.
        if number == self._attaching and "error" not in reply:
            fields = reply.get("fields")
            if not isinstance(fields, list) or not fields:
                raise ProtocolError(f"attaching failed: fields={fields!r}")
            self._batch = _wire.batch_struct(len(fields), reply.get("layout", "packed"))
        self._replies[number] = reply

    def _segment(self, number: int, writable: bool, size: int) -> None:
        if not self._descriptors:
            raise ProtocolError(f"reading SEGMENT failed: segment={number}, descriptors=0, expected=1")
        descriptor = self._descriptors.popleft()
        try:
            # A lease keeps the line, a segment does not: an untaken batch is no reason to stay connected.
            segment = Segment(descriptor, size, writable, weakref.ref(self._line))
        finally:
            os.close(descriptor)
        self._segments[number] = segment
