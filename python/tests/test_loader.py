"""The loader against a daemon that does what the test says."""

from __future__ import annotations

import functools
import gc
import json
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from peer import SLOT_BYTES, Line, Peer, crc32c, frame

import penstock


def loader_at(socket_path: Path, **differences: Any) -> penstock.DataLoader:
    options: dict[str, Any] = {"batch": 5, "socket": socket_path, "patience": 0, **differences}
    return penstock.DataLoader("mem:data", **options)


def serves(line: Line, total: int | None = None) -> None:
    line.greet()
    line.serve(total)


serves_6 = functools.partial(serves, total=6)
serves_200 = functools.partial(serves, total=200)


def text(batch: dict[str, Any]) -> str:
    return bytes(batch["txt"]).decode()


def test_a_batch_is_values_offsets_ids_checksums_and_micro_batches(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.batch(0, [b"hello", b"", b"you"])
        line.until_closed()

    with Peer(socket_path, script):
        iterator = iter(loader_at(socket_path))
        batch = next(iterator)
        assert bytes(batch["txt"]) == b"helloyou"
        assert batch["txt.offsets"].tolist() == [0, 5, 5, 8]
        assert batch["ids"].tolist() == [0, 1, 2]
        assert batch["checksums"].tolist() == [crc32c(b"hello"), 0, crc32c(b"you")]
        assert batch["micro_batches"].tolist() == [0, 3]
        assert (batch["step"], batch["epoch"]) == (0, 0)
        assert [bytes(sample) for sample in penstock.samples(batch, "txt")] == [b"hello", b"", b"you"]
        dtypes = {name: str(value.dtype) for name, value in batch.items() if isinstance(value, np.ndarray)}
        assert dtypes == {
            "txt": "uint8",
            "txt.offsets": "int32",
            "ids": "int64",
            "checksums": "uint32",
            "micro_batches": "int32",
        }


@pytest.mark.parametrize("table", ["offsets", "lengths", "shapes", "segments"])
def test_a_field_with_the_name_of_another_ones_table_is_refused(socket_path: Path, table: str) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach(fields=[{"name": f"txt.{table}", "type": "INT32"}, {"name": "txt", "type": "UINT8"}])

    with Peer(socket_path, script):
        with pytest.raises(penstock.ConfigurationError, match=rf"field=txt\.{table}; .* field=txt,"):
            len(loader_at(socket_path))


def test_an_empty_batch_is_a_batch(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach(steps=1)
        line.segment()
        line.batch(0, [])
        line.until_closed()

    with Peer(socket_path, script):
        (batch,) = loader_at(socket_path)
        assert batch["txt"].shape == (0,)
        assert batch["txt.offsets"].tolist() == [0]
        assert len(penstock.samples(batch, "txt")) == 0


def test_arrays_over_shared_memory_cannot_be_written(socket_path: Path) -> None:
    with Peer(socket_path, serves):
        batch = next(iter(loader_at(socket_path)))
        with pytest.raises(ValueError, match="read-only"):
            batch["txt"][0] = 1


def test_exclusive_memory_can_be_written(socket_path: Path) -> None:
    with Peer(socket_path, serves):
        batch = next(iter(loader_at(socket_path, access="exclusive")))
        batch["txt"][0] = ord("S")
        assert text(batch) == "Step 0"


def test_a_slot_goes_back_when_the_last_view_of_it_is_gone(socket_path: Path) -> None:
    with Peer(socket_path, serves) as peer:
        loader = loader_at(socket_path, credits=4)
        first = next(iter(loader))
        view = first["txt"][2:4].reshape(2, 1)[:1]
        del first
        for _ in range(6):
            next(iter(loader))
        assert 1 not in peer.lines[0].released
        assert bytes(view) == b"e"
        del view
        next(iter(loader))
        loader.state_dict()
        assert 1 in peer.lines[0].released


def test_a_kept_batch_does_not_change(socket_path: Path) -> None:
    with Peer(socket_path, serves):
        loader = loader_at(socket_path, credits=4)
        kept = next(iter(loader))
        for _ in range(40):
            next(iter(loader))
        assert text(kept) == "step 0"


def test_a_copy_gives_its_slot_back_at_once(socket_path: Path) -> None:
    with Peer(socket_path, serves):
        loader = loader_at(socket_path, credits=1, copy=True)
        kept = [next(iter(loader)) for _ in range(30)]
        assert [text(batch) for batch in kept] == [f"step {step}" for step in range(30)]
        assert kept[0]["txt"].flags.owndata and kept[0]["txt"].flags.writeable


def test_keeping_more_batches_than_credits_is_refused_with_what_to_do(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The peer's thread would be one that may drop a batch.
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    with Peer(socket_path, serves):
        loader = loader_at(socket_path, credits=3)
        kept = [next(iter(loader)) for _ in range(3)]
        with pytest.raises(penstock.HeldBatchesError, match=r"kept=3, credits=3; .*copy=True"):
            next(iter(loader))
        del kept[0]
        assert text(next(iter(loader))) == "step 3"


def test_slots_without_room_beside_a_kept_batch_are_reported_at_once(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)

    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.batch(0, [b"large"])
        asked = line.request()
        assert asked["do"] == "wait"
        line.reply(asked, error={"kind": "exhausted", "message": 'waiting failed: held=1; attach with "slots" of 99'})
        assert line.receive() == (0x03, struct.pack("<Q", 1))
        line.batch(1, [b"next"])
        line.until_closed()

    with Peer(socket_path, script):
        batches = iter(loader_at(socket_path))
        kept = next(batches)
        with pytest.raises(penstock.ExhaustedError, match="held=1; drop batches .* DataLoader slots=99$"):
            next(batches)
        del kept
        assert text(next(batches)) == "next"


def test_batches_that_were_announced_before_a_wait_was_refused_are_taken(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)

    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.send(line.batch_bytes(0, [b"step 0"]) + line.batch_bytes(1, [b"step 1"]))
        assert line.receive() == (0x03, struct.pack("<Q", 1))
        asked = line.request()
        assert asked["do"] == "wait"
        line.send(line.batch_bytes(2, [b"step 2"]) + line.batch_bytes(3, [b"step 3"]))
        line.reply(asked, error={"kind": "exhausted", "message": "waiting for a batch failed: held=3, credits=3"})
        line.until_closed()

    with Peer(socket_path, script):
        batches = iter(loader_at(socket_path, batch=1))
        # As a loop does: the last batch is kept while the next one is asked for.
        batch = next(batches)
        for step in range(1, 4):
            batch = next(batches)
            assert text(batch) == f"step {step}"


def test_batches_kept_by_a_cycle_of_garbage_come_back(socket_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    gc.disable()
    try:
        with Peer(socket_path, serves):
            loader = loader_at(socket_path, credits=2)
            for step in range(6):
                batch = next(iter(loader))
                assert text(batch) == f"step {step}"
                batch["self"] = batch
                del batch
            del loader
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            "waiting for a batch failed: held=2, credits=16, heldBytes=9, mostBytes=8; attach with more credits",
            "heldBytes=9, mostBytes=8; drop batches .* raise `slots` of DataLoader$",
        ),
        (
            "leasing a slot failed: step=0, batchBytes=70000, slotBytes=65536; raise the slot memory (--slots)",
            "batchBytes=70000, slotBytes=65536; give DataLoader slots=524288, or use a smaller `batch`$",
        ),
        ("opening a stream failed: budgetBytes=9; serve with more", "budgetBytes=9; serve with more$"),
    ],
)
def test_memory_that_lacks_is_told_with_the_remedies_of_this_loader(
    socket_path: Path, told: str, expected: str
) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.send(frame(0x87, json.dumps({"kind": "exhausted", "message": told}).encode()))
        line.until_closed()

    with Peer(socket_path, script):
        with pytest.raises(penstock.ExhaustedError, match=expected):
            next(iter(loader_at(socket_path)))


@pytest.mark.parametrize("slots", [0, 1, 65_535])
def test_slots_without_room_for_any_batch_are_refused(socket_path: Path, slots: int) -> None:
    with pytest.raises(penstock.ConfigurationError, match=f"slots={slots}, fewest=65536; it counts bytes"):
        loader_at(socket_path, slots=slots)


def test_fewer_credits_than_a_loop_needs_are_refused(socket_path: Path) -> None:
    with pytest.raises(penstock.ConfigurationError, match="credits=1, fewest=2"):
        loader_at(socket_path, credits=1)


def test_a_batch_outlives_its_loader_and_keeps_its_slot(socket_path: Path) -> None:
    closed = threading.Event()

    def script(line: Line) -> None:
        try:
            serves(line)
        finally:
            closed.set()

    with Peer(socket_path, script):
        loader = loader_at(socket_path)
        batch = next(iter(loader))
        loader.close()
        del loader
        gc.collect()
        assert text(batch) == "step 0"
        assert not closed.is_set()
        del batch
        assert closed.wait(30)


def test_a_closed_loader_goes_on_while_a_batch_is_kept(socket_path: Path) -> None:
    with Peer(socket_path, serves, serves):
        loader = loader_at(socket_path, batch=1, credits=4)
        for batch in loader:
            if batch["step"] == 1:
                break
        for step in range(2, 6):
            loader.close()
            assert loader.step == step
            assert next(iter(loader))["step"] == step
        loader.close()
        assert text(batch) == "step 1"
        del batch
        assert next(iter(loader))["step"] == 6
        loader.close()


def test_another_position_is_refused_while_a_batch_of_a_closed_loader_is_kept(socket_path: Path) -> None:
    with Peer(socket_path, serves, serves):
        loader = loader_at(socket_path)
        batch = next(iter(loader))
        state = {**loader.state_dict(), "state": {"digest": "d", "step": 4}}
        loader.close()
        with pytest.raises(penstock.HeldBatchesError, match="kept=1; .*del batch"):
            loader.load_state_dict(state)
        del batch
        loader.load_state_dict(state)
        assert loader.step == 4
        loader.close()


def test_an_interrupted_connection_leaves_no_second_error(socket_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unraisable: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(socket, "socket", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(iter(loader_at(socket_path)))
    gc.collect()
    assert not unraisable


def test_each_loop_is_an_epoch_and_the_last_one_ends_the_run(socket_path: Path) -> None:
    with Peer(socket_path, serves_6):
        loader = loader_at(socket_path)
        loops = []
        for epoch in range(3):
            assert loader.epoch == epoch and len(loader) == 2
            loader.set_epoch(epoch)
            loops.append([batch["step"] for batch in loader])
        assert loops == [[0, 1], [2, 3], [4, 5]]
        assert list(loader) == []
        loader.close()


def test_a_loop_that_was_left_goes_on(socket_path: Path) -> None:
    with Peer(socket_path, serves):
        loader = loader_at(socket_path, batch=2)
        for batch in loader:
            if batch["step"] == 1:
                break
        assert [batch["step"] for batch in loader] == [2, 3, 4]
        assert [batch["step"] for batch in loader] == [5, 6, 7, 8, 9]
        loader.close()


def test_set_epoch_explains_itself(socket_path: Path) -> None:
    with Peer(socket_path, serves):
        with loader_at(socket_path) as loader, pytest.warns(UserWarning, match="counts epochs itself"):
            loader.set_epoch(3)


def test_a_state_continues_with_the_next_batch(socket_path: Path) -> None:
    with Peer(socket_path, serves, serves):
        loader = loader_at(socket_path)
        next(iter(loader))
        state = loader.state_dict()
        assert state == {"version": 1, "step": 1, "epoch": 0, "state": {"digest": "d", "step": 1}}
        loader.close()
        resumed = loader_at(socket_path)
        resumed.load_state_dict(state)
        assert next(iter(resumed))["step"] == 1
        resumed.close()


def test_loading_a_state_under_kept_batches_is_refused(socket_path: Path) -> None:
    with Peer(socket_path, serves, serves):
        loader = loader_at(socket_path)
        batch = next(iter(loader))
        state = loader.state_dict()
        with pytest.raises(penstock.HeldBatchesError, match="kept=1; .*del batch"):
            loader.load_state_dict(state)
        del batch
        loader.load_state_dict(state)
        assert loader.step == 1
        loader.close()


def test_a_foreign_state_is_refused(socket_path: Path) -> None:
    with pytest.raises(penstock.ConfigurationError, match="understood=1"):
        loader_at(socket_path).load_state_dict({"_num_yielded": 3})


def test_commit_names_the_next_step(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.batch(0, [b"a"])
        asked = line.request()
        assert (asked["do"], asked["step"]) == ("commit", 1)
        line.reply(asked, committed=1)
        line.until_closed()

    with Peer(socket_path, script):
        loader = loader_at(socket_path)
        next(iter(loader))
        loader.commit()
        loader.close()


def test_what_is_asked_for_is_what_was_stated(socket_path: Path, short_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        asked = line.accept_attach()
        assert asked == {
            "id": 1,
            "do": "attach",
            "job": "trial-7",
            "uri": f"file://{short_path}/data",
            "options": {"batch": 8, "seed": 7, "ranks": 2, "rank": 1, "epochs": 3, "max-tokens": 99, "shuffle": "k=4"},
            "start": "committed",
            "access": "shared",
            "credits": 16,
            "slots": 1 << 20,
        }

    with Peer(socket_path, script):
        loader = penstock.DataLoader(
            short_path / "data",
            batch=8,
            seed=7,
            rank=1,
            world=2,
            epochs=3,
            job="trial-7",
            start="committed",
            slots=1 << 20,
            socket=socket_path,
            max_tokens=99,
            shuffle="k=4",
        )
        with loader:
            pass


# The daemon goes away.


def test_announced_batches_are_taken_and_then_the_stream_goes_on(
    socket_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "penstock")

    def dies(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.send(line.batch_bytes(0, [b"step 0"]) + line.batch_bytes(1, [b"step 1"]) + b"\x80\0\0")

    with Peer(socket_path, dies, serves):
        loader = loader_at(socket_path, patience=30, batch=1)
        batches = iter(loader)
        assert [text(next(batches)) for _ in range(8)] == [f"step {step}" for step in range(8)]
        loader.close()


def test_another_dataset_behind_the_same_socket_is_refused(
    socket_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "penstock")

    def dies(line: Line) -> None:
        line.greet()
        line.accept_attach()

    def differs(line: Line) -> None:
        line.greet()
        line.accept_attach()
        asked = line.request()
        assert (asked["do"], asked["step"]) == ("state", 0)
        line.reply(asked, state={"digest": "other", "step": 0})

    with Peer(socket_path, dies, differs):
        with pytest.raises(penstock.ConfigurationError, match="another one than before"):
            next(iter(loader_at(socket_path, patience=30)))


def test_patience_ends(socket_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "penstock")

    def stops(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.send(frame(0x89, b'{"kind":"stopping","message":"the daemon stops"}'))

    with Peer(socket_path, stops):
        loader = loader_at(socket_path, patience=0.05)
        with pytest.raises(penstock.UnavailableError, match=r"reconnecting failed: .*patience=0.05 s; last: .*penstock serve"):
            next(iter(loader))


def test_no_daemon_is_an_error_that_says_how_to_start_one(socket_path: Path) -> None:
    with pytest.raises(penstock.UnavailableError, match="No such file or directory; start one with `penstock serve`"):
        next(iter(loader_at(socket_path)))
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(socket_path))
    stale.close()
    with pytest.raises(penstock.UnavailableError, match="Connection refused; the socket is of a daemon that is gone"):
        next(iter(loader_at(socket_path)))


# The daemon fails or refuses.


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("configuration", penstock.ConfigurationError),
        ("missing", penstock.MissingError),
        ("access", penstock.AccessError),
        ("corrupt", penstock.CorruptError),
        ("exhausted", penstock.ExhaustedError),
        ("internal", penstock.InternalError),
        ("of a later version", penstock.PenstockError),
    ],
)
def test_a_refused_attach_says_why(socket_path: Path, kind: str, error: type[Exception]) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.reply(line.request(), error={"kind": kind, "message": "attaching failed: job=a; because"})

    with Peer(socket_path, script):
        with pytest.raises(error, match="attaching failed: job=a; because"):
            len(loader_at(socket_path))


def test_a_version_that_is_not_spoken_is_refused(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.receive()
        line.send(frame(0x82, b'{"kind":"protocol","message":"greeting failed: versions=1..1, spoken=2; update"}'))

    with Peer(socket_path, script):
        with pytest.raises(penstock.ProtocolError, match="spoken=2; update"):
            len(loader_at(socket_path))


def test_a_failed_stream_fails_after_its_last_batch(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.batch(0, [b"good"])
        line.send(frame(0x87, b'{"kind":"corrupt","message":"reading a sample failed: shard=s"}'))
        line.until_closed()

    with Peer(socket_path, script):
        batches = iter(loader_at(socket_path))
        assert text(next(batches)) == "good"
        with pytest.raises(penstock.CorruptError, match="shard=s"):
            next(batches)


USES: dict[str, Callable[[penstock.DataLoader], Any]] = {
    "the next batch": lambda loader: next(iter(loader)),
    "state_dict": lambda loader: loader.state_dict(),
    "commit": lambda loader: loader.commit(),
    "stats": lambda loader: loader.stats(),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("kind", [0x82, 0x87])
def test_what_the_daemon_said_before_it_closed_is_told_and_not_reconnected_over(
    socket_path: Path, use: str, kind: int
) -> None:
    detached = b'{"kind":"configuration","message":"reading failed: found=detached by an administrator"}'
    left = threading.Event()

    def disconnects(line: Line) -> None:
        try:
            line.greet()
            line.accept_attach()
            line.segment()
            line.send(line.batch_bytes(0, [b"step 0"]))
            line.send(frame(kind, detached))
        finally:
            line.socket.close()
            left.set()

    with Peer(socket_path, disconnects):
        loader = loader_at(socket_path)
        batch = next(iter(loader))
        assert left.wait(30)
        # A slot to release: the first thing that is sent meets a closed connection.
        del batch
        with pytest.raises(penstock.ConfigurationError, match="detached by an administrator"):
            USES[use](loader)


def test_a_busy_store_is_asked_again(socket_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "penstock")

    def busy(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.send(frame(0x87, b'{"kind":"retryable","message":"reading failed: status=503"}'))
        line.until_closed()

    with Peer(socket_path, busy, serves):
        loader = loader_at(socket_path, patience=30)
        assert next(iter(loader))["step"] == 0
        loader.close()


GARBAGE = {
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "an unknown type": frame(0x7F, b""),
    "bytes that must be zero": b"\x04\0\0\0\x88\1\0\0abcd",
    "a segment of a wrong length": frame(0x84, b"\0" * 15),
    "a segment without a descriptor": frame(0x84, struct.pack("<IIQ", 1, 0, 4096)),
    "a segment that is accessed in an unknown way": frame(0x84, struct.pack("<IIQ", 1, 2, 4096)),
    "a batch of a wrong length": frame(0x85, b"\0" * 127),
    "a batch in no segment": frame(0x85, b"\0" * 128),
    "an early end": frame(0x86, struct.pack("<Q", 0)),
    "a reply to nothing": frame(0x83, b'{"id":null}'),
    "an answer that is no object": frame(0x83, b"[]"),
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_refused(socket_path: Path, what: str) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.send(GARBAGE[what])
        line.until_closed()

    with Peer(socket_path, script):
        with pytest.raises(penstock.ProtocolError):
            next(iter(loader_at(socket_path)))


def test_garbage_in_place_of_a_greeting_is_refused(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.receive()
        line.send(frame(0x85, b"\0" * 128))
        line.until_closed()

    with Peer(socket_path, script):
        with pytest.raises(penstock.ProtocolError, match="is it a penstock daemon"):
            next(iter(loader_at(socket_path)))


WRONG_BATCHES: dict[str, dict[str, Any]] = {
    "a slot behind the segment": {"slot": 0, "values_bytes": 1 << 21},
    "values of an absurd size": {"values_bytes": (1 << 64) - 1},
    "an unknown shape": {"shape": 1},
    "another rank": {"rank": 1},
    "another segment": {"segment": 2},
}


@pytest.mark.parametrize("what", WRONG_BATCHES)
def test_a_batch_that_is_not_as_agreed_is_refused(socket_path: Path, what: str) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.batch(0, [b"a"], **WRONG_BATCHES[what])
        line.until_closed()

    with Peer(socket_path, script):
        with pytest.raises(penstock.ProtocolError, match="reading BATCH failed"):
            next(iter(loader_at(socket_path)))


def test_a_gap_in_the_steps_is_refused(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment()
        line.batch(0, [b"a"])
        line.batch(2, [b"c"])
        line.until_closed()

    with Peer(socket_path, script):
        batches = iter(loader_at(socket_path, batch=1))
        next(batches)
        with pytest.raises(penstock.ProtocolError, match=r"step=2, rank=0, expected step=1"):
            next(batches)


def test_a_segment_that_is_shorter_than_promised_is_refused(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment(size=4096, promised=8192)
        line.until_closed()

    with Peer(socket_path, script):
        with pytest.raises(penstock.ProtocolError, match="bytes=8192, file=4096"):
            next(iter(loader_at(socket_path)))


def test_frames_in_pieces_and_frames_of_any_length_are_read(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        asked = line.request()
        line.reply(
            asked,
            start=0,
            steps=3,
            batch=5,
            samples=10,
            credits=8,
            fields=[{"name": "txt", "type": "UINT8"}],
            state={"padding": "x" * 200_000},
        )
        line.segment()
        announced = line.batch_bytes(0, [b"in"]) + line.batch_bytes(1, [b"pieces"], epoch=0)
        for at in range(0, len(announced), 13):
            line.send(announced[at : at + 13])
        line.until_closed()

    with Peer(socket_path, script):
        batches = iter(loader_at(socket_path))
        assert [text(next(batches)) for _ in range(2)] == ["in", "pieces"]


def test_batches_go_on_in_another_segment(socket_path: Path) -> None:
    def script(line: Line) -> None:
        line.greet()
        line.accept_attach()
        line.segment(1)
        first = line.memory
        line.batch(0, [b"old"])
        line.send(frame(0x88, struct.pack("<I", 1)))
        line.segment(7)
        os.close(first)
        line.batch(1, [b"new"], segment=7, slot=SLOT_BYTES)
        line.until_closed()

    with Peer(socket_path, script):
        batches = iter(loader_at(socket_path))
        old, new = next(batches), next(batches)
        assert (text(old), text(new)) == ("old", "new")


# Processes and threads.


def test_a_forked_child_neither_uses_nor_closes_the_connection(socket_path: Path) -> None:
    with Peer(socket_path, serves):
        loader = loader_at(socket_path)
        next(iter(loader))
        child = os.fork()
        if child == 0:
            try:
                next(iter(loader))
                os._exit(1)
            except penstock.ForkedError:
                del loader
                gc.collect()
                os._exit(0)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert next(iter(loader))["step"] == 1
        loader.close()


def test_a_killed_client_closes_its_connection_though_its_child_lives(socket_path: Path) -> None:
    program = (
        "import os, penstock, signal, sys\n"
        f"loader = penstock.DataLoader('mem:data', batch=5, socket={str(socket_path)!r})\n"
        "batch = next(iter(loader))\n"
        "if os.fork() == 0:\n"
        "    os.write(1, str(os.getpid()).encode() + b'\\n')\n"
        "    signal.pause()\n"
        "signal.pause()\n"
    )
    closed = threading.Event()

    def script(line: Line) -> None:
        try:
            serves(line)
        finally:
            closed.set()

    with Peer(socket_path, script):
        client = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert client.stdout is not None
        child = int(client.stdout.readline())
        client.kill()
        client.wait()
        client.stdout.close()
        assert closed.wait(30)
    os.kill(child, signal.SIGKILL)


def test_threads_get_each_batch_once(socket_path: Path) -> None:
    with Peer(socket_path, serves_200):
        loader = loader_at(socket_path, batch=10)
        steps: list[int] = []

        def take() -> None:
            while loader.step < 200:
                steps.extend(batch["step"] for batch in loader)

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(steps) == list(range(200))
        loader.close()
