"""The loader: an iterable over a daemon's batches."""

from __future__ import annotations

import gc
import json
import logging
import os
import pwd
import random
import re
import threading
import time
import warnings
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from penstock import _wire
from penstock._arrays import BatchBuilder, Tensors
from penstock._connection import Connection, ConnectionLost, Parked
from penstock._epochs import Epochs
from penstock._errors import (
    BusyError,
    ConfigurationError,
    ExhaustedError,
    ForkedError,
    HeldBatchesError,
    PenstockError,
    ProtocolError,
    UnavailableError,
)
from penstock._rows import RowsBuilder
from penstock._world import World, find_world, job_name

Option = str | int | float | bool

_log = logging.getLogger("penstock")

_STATE_VERSION = 1

# A service manager restarts a daemon within seconds: the first attempts come fast, the later ones cost nothing.
_FIRST_DELAY = 0.02
_LONGEST_DELAY = 1.0

# A release costs a system call and wakes the daemon, as long as taking a small batch does: small ones go together, up to
# a quarter of the credits. From this many bytes on the call is nothing, and the daemon wants the room.
_RELEASE_BYTES = 4 << 20

# How often a waiting loader looks for slots that other threads have dropped meanwhile.
_LOOK = 0.1

# Storage that takes longer than this deserves a line in the log.
_SLOW = 30.0

# What the daemon deals memory for batches out in.
_SLOT_GRANULE = 65_536

# The loop variable keeps the last batch while the next one is asked for.
_FEWEST_CREDITS = 2


class DataLoader:
    """An iterable over the batches that a Penstock daemon prepares for one rank.

    A batch is a dict. For each field `txt` of the dataset it holds `txt`, the samples' values one after the other, and
    `txt.offsets`, int32, where each sample begins, and then the total (`cu_seqlens`). Besides: `ids` (int64, numbers of
    the samples in the dataset), `checksums` (uint32, CRC-32C of each sample), `micro_batches` (int32, first sample of
    each micro-batch, and then their number), and the numbers `step` and `epoch`.

    Layouts: with `layout="padded"` or `layout="fixed=N"` `txt` is a matrix [rows, elements], `txt.lengths` (int32) has the
    elements of each sample without padding, `txt.shapes` (int32, [micro-batches, 3]) the first element, rows and elements
    per row of each micro-batch, and with fixed rows `txt.segments` (int32) where attention begins anew. Where rows of one
    batch differ in length, `padded` with `max_tokens` and `bucket=A,B`, `txt` is a list of matrices, one per micro-batch.

    Memory: arrays and tensors alias memory that the daemon wrote the batch to. They stay as they are for as long as
    anything refers to them, views included; then the slot goes back. Who keeps more batches than `credits` is told.
    `torch.Tensor.data_ptr` and other bare addresses keep nothing.

    Epochs: each `for` over the loader delivers the rest of the current epoch, so the first one a whole epoch. The daemon
    works on the next one meanwhile. A loop that was left early goes on where it was left. `set_epoch` is not needed.

    Order: a function of dataset, options and step alone. It does not depend on the number of ranks, on restarts, or on
    who else uses the daemon.

    Threads: methods may be called by any thread; each batch goes to one caller, and callers wait for each other. A
    forked child must make its own loader.

    Errors: subclasses of `PenstockError`. A daemon that goes away is waited for, `patience` seconds long, and the
    stream goes on with the batch that would have come.
    """

    def __init__(
        self,
        uri: str | os.PathLike[str],
        *,
        batch: int,
        seed: int = 0,
        rank: int | None = None,
        world: int | None = None,
        epochs: int | None = None,
        job: str | None = None,
        start: int | Literal["committed"] = 0,
        tensors: Tensors = "numpy",
        copy: bool = False,
        access: Literal["shared", "exclusive"] | None = None,
        credits: int = 16,
        slots: int | None = None,
        socket: str | os.PathLike[str] | None = None,
        patience: float = 120.0,
        **options: Option,
    ) -> None:
        """Checks what can be checked; the daemon is asked at first use.

        :param uri: the dataset: a path, or a URI that the daemon reaches
        :param batch: samples of a global batch, over all ranks
        :param seed: of the order
        :param rank: of this process, counted from 0; by default what torch.distributed or RANK says
        :param world: number of ranks; by default what torch.distributed or WORLD_SIZE says
        :param epochs: length of the run; by default it does not end
        :param job: name of the run, the same for all its ranks; by default derived from what started them
        :param start: first step, or "committed": where the job's last commit was
        :param tensors: "numpy" or "torch"
        :param copy: whether batches are copied out of shared memory, and the slot given back at once
        :param access: "shared" memory cannot be written, and jobs with an equal plan share one decode; "exclusive"
            memory may be written. PyTorch knows no read-only tensor: writing to one over shared memory ends the
            process. So "exclusive" is the default for tensors, "shared" for arrays and copies
        :param credits: batches that may be announced or kept at a time
        :param slots: bytes of memory for batches; by default the daemon's
        :param socket: of the daemon; by default PENSTOCK_SOCKET, else the daemon's default
        :param patience: seconds to wait for a daemon that went away
        :param options: further options of `penstock read`: `shuffle="k=4"`, `max_tokens=8192`, …
        """
        if tensors not in ("numpy", "torch"):
            raise ConfigurationError(f'reading options failed: tensors={tensors}; use "numpy" or "torch"')
        if not copy and credits < _FEWEST_CREDITS:
            raise ConfigurationError(
                f"reading options failed: credits={credits}, fewest={_FEWEST_CREDITS}; a loop keeps one batch while it"
                " asks for the next; raise `credits`, or use copy=True"
            )
        if slots is not None and slots < _SLOT_GRANULE:
            raise ConfigurationError(
                f"reading options failed: slots={slots}, fewest={_SLOT_GRANULE}; it counts bytes: give room for several"
                " batches, or leave it out for the daemon's default"
            )
        self._world: World = find_world(rank, world)
        self._uri = _absolute(uri)
        self._options: dict[str, Option] = {
            "batch": batch,
            "seed": seed,
            "ranks": self._world.size,
            "rank": self._world.rank,
            **({} if epochs is None else {"epochs": epochs}),
            **{name.replace("_", "-"): value for name, value in options.items()},
        }
        self._job = job
        self._tensors: Tensors = tensors
        self._copy = copy
        self._access = access or ("exclusive" if tensors == "torch" and not copy else "shared")
        self._credits = credits
        self._slots = slots
        self._socket = str(socket or default_socket())
        self._patience = patience

        self._start: Any = start
        self._step = 0
        self._slot_bytes = 0
        self._release_count = 1
        self._epochs: Epochs | None = None
        self._builder: BatchBuilder | None = None
        self._connection: Connection | None = None
        self._parked: Parked | None = None
        self._origin: tuple[int, Any] | None = None
        self._forked = False
        self._lock = threading.RLock()
        _loaders.add(self)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rest of the current epoch."""
        with self._guarded():
            self._attached()
            return _EpochIterator(self, self._plan().end(self.epoch))

    def __len__(self) -> int:
        """Steps of the current epoch. With `remainder` carry, the default, epochs may differ by a step."""
        with self._guarded():
            self._attached()
            return self._plan().length(self.epoch)

    def __enter__(self) -> DataLoader:
        with self._guarded():
            self._attached()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def step(self) -> int:
        """The step of the next batch, counted over the whole run."""
        with self._guarded():
            self._attached()
            return self._step

    @property
    def epoch(self) -> int:
        """The epoch of the next batch: what `for epoch in range(loader.epoch, epochs)` continues with."""
        with self._guarded():
            self._attached()
            return self._plan().epoch_of(self._step)

    @property
    def rank(self) -> int:
        return self._world.rank

    @property
    def world(self) -> int:
        return self._world.size

    def state_dict(self) -> dict[str, Any]:
        """What to save so that a later run continues with the next batch; it can be written as JSON.

        The same on every rank. Another number of ranks may continue with it, but for one case: with `balance="delay=N"`
        steps trade samples in windows of N + 1, and a state from within a window needs the number of ranks that took it.
        """
        with self._guarded():
            self._attached()
            reply = self._request("state", {"step": self._step})
            return {
                "version": _STATE_VERSION,
                "step": self._step,
                "epoch": self._plan().epoch_of(self._step),
                "state": reply["state"],
            }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues where a state was taken; the daemon refuses one of another dataset, seed or batch."""
        version = state.get("version")
        if version != _STATE_VERSION or "state" not in state:
            raise ConfigurationError(
                f"loading a state failed: version={version}, understood={_STATE_VERSION};"
                " give what `state_dict()` of a penstock loader returned"
            )
        with self._guarded():
            attached = self._connection is not None
            if not attached:
                self._take_up()
            try:
                self._detach("loading a state")
            except HeldBatchesError:
                if not attached:
                    self.close()
                raise
            self._start = state["state"]
            self._origin = None
            self._epochs = None
            if attached:
                self._attached()

    def commit(self, step: int | None = None) -> None:
        """Tells the daemon that a checkpoint which continues with `step` is safe.

        :param step: by default the next one, as in a `state_dict()` that was taken now
        """
        with self._guarded():
            self._attached()
            self._request("commit", {"step": self._step if step is None else step})

    def stats(self) -> dict[str, Any]:
        """What the daemon counts, of all jobs; for people, so its members may change."""
        with self._guarded():
            self._attached()
            reply = self._request("stats", {})
            reply.pop("id", None)
            return reply

    def set_epoch(self, epoch: int) -> None:
        """Does nothing: each `for` over the loader is the next epoch, in an order of its own.

        Here so that loops written for `DistributedSampler` run as they are. Warns when the epoch is another one than
        the one that comes.
        """
        if epoch != self.epoch:
            warnings.warn(
                f"set_epoch({epoch}) does nothing: the next batch is of epoch {self.epoch}. A penstock loader counts"
                " epochs itself and continues after a restart with load_state_dict()",
                stacklevel=2,
            )

    def close(self) -> None:
        """Leaves the daemon; batches that are kept stay as they are, and the rank is free when they are gone.

        The loader may be used again: it goes on with the next step, over the same connection while batches of it are
        kept. Another loader gets the rank only when they are gone.
        """
        with self._guarded():
            connection = self._connection
            if connection is None:
                return
            connection.release()
            if connection.kept and not connection.lost:
                self._start = self._step
                self._parked, self._connection = connection.park(), None
            else:
                self._leave()

    # What the iterator calls, once a batch.

    def _next(self, end: int) -> dict[str, Any]:
        with self._guarded():
            connection = self._connection or self._attached()
            if self._step >= end:
                connection.release()
                raise StopIteration
            if connection.announced:
                ended = len(connection.ended)
                if ended >= self._release_count or ended * self._slot_bytes >= _RELEASE_BYTES:
                    connection.release()
            else:
                connection = self._wait()
            row, segment = connection.announced.popleft()
            if row[_wire.STEP] != self._step or row[_wire.RANK] != self._world.rank:
                raise self._broken(
                    f"reading BATCH failed: step={row[_wire.STEP]}, rank={row[_wire.RANK]}, expected step={self._step},"
                    f" rank={self._world.rank}; report this, with the daemon's log"
                )
            assert self._builder is not None
            batch = self._builder.build(row, segment, connection.ended.append)
            self._slot_bytes = row[_wire.SLOT_BYTES]
            self._step += 1
            return batch

    def _wait(self) -> Connection:
        """Waits until a batch is announced, through restarts of the daemon."""
        began = time.monotonic()
        warned = False
        while True:
            connection = self._attached()
            if connection.announced:
                return connection
            if connection.failure is not None:
                self._failed(connection.failure)
                continue
            if connection.lost:
                self._reconnect(UnavailableError("the daemon is gone"))
                continue
            if connection.ended_at is not None:
                raise self._broken(f"reading END failed: step={connection.ended_at}, expected={self._plan().steps}")
            connection.release()
            try:
                came = connection.receive(_LOOK)
            except PenstockError:
                self._leave()
                raise
            waited = time.monotonic() - began
            if not came and connection.kept:
                self._look_for_kept(connection, waited)
            if waited > _SLOW and not warned:
                warned = True
                _log.warning(
                    "waiting for a batch: step=%d, seconds=%.0f, kept=%d; the store is slow",
                    self._step,
                    waited,
                    connection.kept,
                )

    def _look_for_kept(self, connection: Connection, waited: float) -> None:
        """Nothing comes: perhaps because batches are kept, perhaps in cycles of garbage."""
        gc.collect()
        connection.release()
        # Another thread may be about to drop one; alone, nobody is.
        if not connection.kept or (threading.active_count() > 1 and waited <= _SLOW):
            return
        if connection.kept >= self._credits:
            raise HeldBatchesError(
                f"waiting for a batch failed: step={self._step}, kept={connection.kept}, credits={self._credits};"
                " no slot is free while all batches are kept: drop older ones, keep copies (copy=True or"
                " `.copy()`/`.clone()`), or raise `credits`"
            )
        try:
            connection.request("wait", {})
        except ConnectionLost:
            pass  # The next look finds it.
        except ExhaustedError as full:
            # What was released a moment ago may have made room: what was announced since counts as held, and came first.
            if not connection.announced:
                raise _told_in_slots(full) from full

    def _failed(self, failure: Exception) -> None:
        """A stream that failed: a store that was busy is asked again; everything else is the caller's."""
        if isinstance(failure, (BusyError, UnavailableError)):
            self._reconnect(failure)
            return
        self._leave()
        raise _told_in_slots(failure) if isinstance(failure, ExhaustedError) else failure

    # Attaching and coming back.

    def _attached(self) -> Connection:
        if self._connection is None:
            self._take_up()
        if self._connection is None:
            self._attach()
        assert self._connection is not None
        return self._connection

    def _take_up(self) -> None:
        """Goes on with the connection that `close()` has left: batches that are kept hold its rank."""
        parked, self._parked = self._parked, None
        if parked is not None:
            self._connection = parked.take_up()

    def _attach(self) -> None:
        if self._job is None:
            self._job = job_name(self._world, json.dumps([self._uri, self._shared_options()], sort_keys=True))
        members: dict[str, Any] = {
            "job": self._job,
            "uri": self._uri,
            "options": self._options,
            "start": self._start,
            "access": self._access,
            "credits": self._credits,
        }
        if self._slots is not None:
            members["slots"] = self._slots
        try:
            connection = Connection(self._socket)
        except ConnectionLost as lost:
            raise UnavailableError(f"connecting to the daemon failed: socket={self._socket}, reason={lost}") from lost
        try:
            reply = connection.attach(members)
            self._compare_origin(connection, reply)
            epochs = Epochs(
                reply["samples"], reply["batch"], str(self._options.get("remainder", "carry")), reply["steps"]
            )
            builder = self._builder_of(reply.get("layout", "packed"), reply["fields"])
        except ConnectionLost as lost:
            connection.close()
            if connection.failure is not None:
                raise connection.failure from lost
            raise UnavailableError(f"attaching failed: socket={self._socket}, reason={lost}") from lost
        except BaseException:
            connection.close()
            raise
        self._epochs = epochs
        self._builder = builder
        self._step = reply["start"]
        self._credits = reply["credits"]
        self._release_count = max(1, self._credits // 4)
        self._connection = connection

    def _builder_of(self, layout: str, fields: list[dict[str, Any]]) -> BatchBuilder:
        if layout == "packed":
            return BatchBuilder(fields, self._tensors, self._copy)
        return RowsBuilder(layout, "max-tokens" in self._options, fields, self._tensors, self._copy)

    def _shared_options(self) -> dict[str, Option]:
        return {name: value for name, value in self._options.items() if name != "rank"}

    def _compare_origin(self, connection: Connection, reply: dict[str, Any]) -> None:
        """Another daemon must serve the same stream: the state of a step that both know says so."""
        if self._origin is None:
            self._origin = (reply["start"], reply["state"])
            return
        step, state = self._origin
        if connection.request("state", {"step": step})["state"] != state:
            raise ConfigurationError(
                f"continuing failed: uri={self._uri}, step={self._step}; the dataset or its order is another one than"
                " before the daemon went away: begin a new run, or restore the dataset"
            )

    def _reconnect(self, reason: Exception) -> None:
        _log.warning("%s; reconnecting: socket=%s, step=%d", reason, self._socket, self._step)
        self._leave()
        deadline = time.monotonic() + self._patience
        delay = _FIRST_DELAY
        while True:
            try:
                self._attach()
                _log.warning("reconnected: socket=%s, step=%d", self._socket, self._step)
                return
            except (UnavailableError, BusyError) as failed:
                if time.monotonic() + delay > deadline:
                    raise UnavailableError(
                        f"reconnecting failed: socket={self._socket}, step={self._step}, patience={self._patience:g} s;"
                        f" last: {failed}"
                    ) from failed
            # Ranks of one host lose their daemon at the same moment, and should not come back at the same moment.
            time.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(_LONGEST_DELAY, 2 * delay)

    def _request(self, do: str, members: dict[str, Any]) -> dict[str, Any]:
        while True:
            connection = self._attached()
            try:
                return connection.request(do, members)
            except ConnectionLost as lost:
                self._failed(connection.failure or UnavailableError(f"the daemon is gone: {lost}"))

    def _detach(self, what: str) -> None:
        """Gives the rank back at once; what is kept would change under its keeper, so nothing may be."""
        connection = self._connection
        if connection is None:
            return
        if connection.kept:
            gc.collect()
        if connection.kept and not connection.lost:
            raise HeldBatchesError(
                f"{what} failed: kept={connection.kept}; the daemon takes all slots back, so drop batches first"
                " (`del batch`), or load the state before the first batch"
            )
        try:
            connection.request("detach", {})
        except ConnectionLost:
            pass
        self._leave()

    def _leave(self) -> None:
        # Segments that somebody still reads keep the connection, and so their slots, until they are gone.
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            self._start = self._step

    def _broken(self, message: str) -> ProtocolError:
        self._leave()
        return ProtocolError(message)

    def _plan(self) -> Epochs:
        assert self._epochs is not None
        return self._epochs

    def _guarded(self) -> threading.RLock:
        if self._forked:
            raise ForkedError(
                "using a loader failed: it belongs to the parent process; make the loader in the process that uses it,"
                " after the fork. Do not wrap it in a torch DataLoader with workers: the daemon does their work"
            )
        return self._lock


class _EpochIterator(Iterator[dict[str, Any]]):
    """The batches of a loader up to a step; what was left of an epoch is another iterator's."""

    def __init__(self, loader: DataLoader, end: int) -> None:
        self._loader = loader
        self._end = end

    def __next__(self) -> dict[str, Any]:
        return self._loader._next(self._end)


_loaders: weakref.WeakSet[DataLoader] = weakref.WeakSet()


def _disown_in_child() -> None:
    for loader in list(_loaders):
        loader._forked = True
        # The parent's other threads are not here to unlock it.
        loader._lock = threading.RLock()


os.register_at_fork(after_in_child=_disown_in_child)


def _absolute(uri: str | os.PathLike[str]) -> str:
    """A URI as it is; a path as a `file:` URI, because the daemon has another working directory."""
    text = os.fspath(uri)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        return text
    return Path(text).expanduser().absolute().as_uri()


def _told_in_slots(full: ExhaustedError) -> ExhaustedError:
    """What the daemon says of memory that lacks, with the remedies that a caller of this loader has."""
    what, _, remedy = str(full).partition("; ")
    sufficient = re.search(r'"slots" of (\d+)', remedy)
    one = re.search(r"batchBytes=(\d+)", what)
    if sufficient:
        slots = f"give DataLoader slots={sufficient[1]}"
    elif one:
        # As the daemon reckons: a batch that is kept and the next one, twice, because slots are of many lengths.
        granules = -(-int(one[1]) // _SLOT_GRANULE)
        return ExhaustedError(f"{what}; give DataLoader slots={4 * granules * _SLOT_GRANULE}, or use a smaller `batch`")
    elif "heldBytes=" in what:
        slots = "raise `slots` of DataLoader"
    else:
        return full
    return ExhaustedError(
        f"{what}; drop batches before the next one is asked for, keep copies (copy=True or `.copy()`/`.clone()`), or"
        f" {slots}"
    )


def default_socket() -> str:
    """Where a daemon of this user listens unless it was told otherwise."""
    stated = os.environ.get("PENSTOCK_SOCKET")
    if stated:
        return stated
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime.strip():
        return os.path.join(runtime, "penstock.sock")
    return f"/tmp/penstock-{pwd.getpwuid(os.getuid()).pw_name}.sock"
