"""Memory of batches: segments that the daemon hands over, and leases that say how long a slot is read.

Every array over a slot keeps the slot's lease alive, through views of views, `torch.from_numpy` and saved tensors of
autograd. When the last one is gone the lease notes its ticket, so a batch that somebody kept never changes.
"""

from __future__ import annotations

import ctypes
import functools
import mmap
import os
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock._errors import ExhaustedError, ProtocolError


class Tickets:
    """Tickets of slots that nobody reads any more.

    Leases end on whatever thread drops the last array, in the middle of anything, a garbage collection included: they
    only append. Whoever owns the connection takes.
    """

    def __init__(self) -> None:
        self._ended: deque[int] = deque()
        self.append = self._ended.append

    def __len__(self) -> int:
        return len(self._ended)

    def take(self) -> list[int]:
        """Every ticket that has ended and was not taken yet."""
        ended = self._ended
        return [ended.popleft() for _ in range(len(ended))]


class _Lease:
    """One batch's use of a segment; a mixin of the ctypes array that NumPy takes its memory from."""

    ticket: int
    ended: Any
    segment: Any
    line: Any

    def __del__(self) -> None:
        self.ended(self.ticket)


@functools.lru_cache(maxsize=8)
def _lease_type(size: int) -> Any:
    # The type spans the whole segment, so that NumPy checks every offset of a batch against the segment's end.
    return type("Lease", (_Lease, ctypes.c_ubyte * size), {})


class Segment:
    """A mapped memory file; unmapped when the last lease in it is gone.

    The memory may outlive connection and daemon: what was announced stays readable.
    """

    def __init__(self, descriptor: int, size: int, writable: bool, line: Callable[[], object]) -> None:
        """Maps the file; the descriptor stays the caller's.

        :param line: what each lease keeps alive, because the daemon takes its slots back when it is gone
        """
        if size == 0 or os.fstat(descriptor).st_size < size:
            raise ProtocolError(f"mapping a segment failed: bytes={size}, file={os.fstat(descriptor).st_size}")
        # Populated: the training thread takes no page faults in its loop. MAP_POPULATE is 0 where it is unknown.
        flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)
        try:
            self._mapping = mmap.mmap(
                descriptor, size, flags, mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
            )
        except OSError as refused:
            raise ExhaustedError(
                f"mapping a segment failed: bytes={size}, reason={refused.strerror}; lower `slots` or raise `ulimit -v`"
            ) from refused
        self.writable = writable
        self._line = line
        self._address = np.frombuffer(self._mapping, np.uint8).__array_interface__["data"][0]
        self._lease_type = _lease_type(size)

    def lease(self, ticket: int, ended: Any) -> Any:
        """A buffer of the whole segment that calls `ended(ticket)` when nothing refers to it any more."""
        lease = self._lease_type.from_address(self._address)
        lease.ticket = ticket
        lease.ended = ended
        lease.segment = self
        lease.line = self._line()
        return lease
