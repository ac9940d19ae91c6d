"""The loader against a real daemon: what arrives, and that nothing is lost or repeated."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from daemon import Daemon
from peer import crc32c

import penstock

SAMPLES = 301


def loader_of(dataset: Path, daemon: Daemon, **differences: Any) -> penstock.DataLoader:
    options: dict[str, Any] = {"batch": 16, "seed": 7, "socket": daemon.socket, **differences}
    return penstock.DataLoader(dataset, **options)


def ids_of(batches: Any) -> list[list[int]]:
    return [batch["ids"].tolist() for batch in batches]


def test_every_sample_comes_once_an_epoch_with_its_bytes_and_checksum(
    dataset: Path, daemon: Daemon, texts: list[bytes]
) -> None:
    loader = loader_of(dataset, daemon, remainder="short")
    orders = []
    for _ in range(2):
        arrived: dict[int, bytes] = {}
        for batch in loader:
            samples = [bytes(sample) for sample in penstock.samples(batch, "txt")]
            assert [crc32c(sample) for sample in samples] == batch["checksums"].tolist()
            arrived.update(zip(batch["ids"].tolist(), samples))
        assert sorted(arrived) == list(range(SAMPLES))
        assert sorted(arrived.values()) == sorted(texts)
        orders.append(list(arrived))
    assert orders[0] != orders[1]
    loader.close()


@pytest.mark.parametrize("remainder", ["carry", "drop", "short"])
@pytest.mark.parametrize("batch", [16, 301, 400])
def test_epochs_end_where_the_daemon_says(dataset: Path, daemon: Daemon, remainder: str, batch: int) -> None:
    if remainder == "drop" and batch > SAMPLES:
        with pytest.raises(penstock.ConfigurationError):
            len(loader_of(dataset, daemon, batch=batch, remainder=remainder))
        return
    loader = loader_of(dataset, daemon, batch=batch, remainder=remainder, epochs=4)
    for epoch in range(4):
        if loader.epoch != epoch:
            continue  # an epoch that is shorter than a batch may have none
        expected = len(loader)
        epochs = [batch["epoch"] for batch in loader]
        assert epochs == [epoch] * expected
    assert list(loader) == []
    loader.close()


def test_a_resumed_run_is_the_uninterrupted_one(dataset: Path, daemon: Daemon) -> None:
    loader = loader_of(dataset, daemon, epochs=2)
    states = []
    whole = []
    for _ in range(2):
        for batch in loader:
            whole.append(batch["ids"].tolist())
            states.append(loader.state_dict())
    loader.close()
    for step in (0, 5, 18, 30):
        resumed = loader_of(dataset, daemon, epochs=2)
        resumed.load_state_dict(states[step])
        rest = [ids for _ in range(resumed.epoch, 2) for ids in ids_of(resumed)]
        assert rest == whole[step + 1 :]
        resumed.close()


def test_a_state_of_another_seed_is_refused(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon) as loader:
        state = loader.state_dict()
    other = loader_of(dataset, daemon, seed=8)
    other.load_state_dict(state)
    with pytest.raises(penstock.ConfigurationError):
        len(other)


def test_a_run_continues_where_it_was_committed(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon, job="committed") as loader:
        for batch in loader:
            if batch["step"] == 4:
                loader.commit()
                break
        del batch
    again = loader_of(dataset, daemon, job="committed", start="committed")
    assert again.step == 5
    again.close()


def test_ranks_divide_every_step(dataset: Path, daemon: Daemon) -> None:
    ranks = [loader_of(dataset, daemon, rank=rank, world=3, job="three", remainder="short") for rank in range(3)]
    alone = loader_of(dataset, daemon, remainder="short")
    for whole, *parts in zip(alone, *ranks):
        together = [number for part in parts for number in part["ids"].tolist()]
        assert sorted(together) == sorted(whole["ids"].tolist())
    for loader in [alone, *ranks]:
        loader.close()


def test_micro_batches_are_batches(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon, batch=64, max_tokens=20_000) as loader:
        for batch in loader:
            parts = list(penstock.micro_batches(batch))
            assert len(parts) == len(batch["micro_batches"]) - 1
            assert sum((ids for ids in ids_of(parts)), []) == batch["ids"].tolist()
            for part in parts:
                assert part["txt.offsets"][0] == 0 and part["txt.offsets"][-1] == len(part["txt"]) <= 20_000
                sums = [crc32c(bytes(sample)) for sample in penstock.samples(part, "txt")]
                assert sums == part["checksums"].tolist()
        del batch, parts, part


@pytest.mark.parametrize("end", [Daemon.kill, Daemon.stop])
def test_a_daemon_that_is_restarted_loses_and_repeats_nothing(
    dataset: Path, daemon: Daemon, mortal: Daemon, end: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "penstock")
    expected = ids_of(loader_of(dataset, daemon))
    loader = loader_of(dataset, mortal)
    seen = []
    for batch in loader:
        seen.append(batch["ids"].tolist())
        if batch["step"] == 5:
            end(mortal)
            # What was announced is still readable; the sums of the kept batch say so.
            sums = [crc32c(bytes(sample)) for sample in penstock.samples(batch, "txt")]
            assert sums == batch["checksums"].tolist()
            mortal.start()
    assert seen == expected
    loader.close()


def test_a_killed_client_gives_its_rank_back(dataset: Path, daemon: Daemon) -> None:
    program = (
        "import penstock, signal, sys\n"
        f"loader = penstock.DataLoader({str(dataset)!r}, batch=16, seed=7, job='killed', socket={str(daemon.socket)!r})\n"
        "batches = iter(loader)\n"
        "kept = [next(batches) for _ in range(3)]\n"
        "print('has batches', flush=True)\n"
        "signal.pause()\n"
    )
    for _ in range(5):
        client = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert client.stdout is not None
        assert client.stdout.readline() == "has batches\n"
        with pytest.raises(penstock.ConfigurationError, match="rank"):
            len(loader_of(dataset, daemon, job="killed"))
        client.kill()
        client.wait()
        client.stdout.close()
    loader = loader_of(dataset, daemon, job="killed", patience=5)
    assert next(iter(loader))["step"] == 0
    loader.close()


def test_what_cannot_be_is_refused_with_a_reason(dataset: Path, daemon: Daemon) -> None:
    with pytest.raises(penstock.MissingError):
        len(loader_of(dataset.parent / "nothing", daemon))
    with pytest.raises(penstock.ConfigurationError, match="shufle"):
        len(loader_of(dataset, daemon, shufle="full"))
    with pytest.raises(penstock.PenstockError):
        len(loader_of(dataset, daemon, start=10**6, epochs=1))
    with pytest.raises(penstock.ExhaustedError, match="budgetBytes="):
        len(loader_of(dataset, daemon, slots=1 << 50))
    with loader_of(dataset, daemon, rank=0, world=2, job="pair"):
        with pytest.raises(penstock.ConfigurationError, match="takenRank=0"):
            len(loader_of(dataset, daemon, rank=0, world=2, job="pair"))
        with pytest.raises(penstock.ConfigurationError, match=r"differs=ranks \(others: 2, this one: 3\)"):
            len(loader_of(dataset, daemon, rank=1, world=3, job="pair"))


def test_slots_for_less_than_two_batches_are_reported_with_what_suffices(dataset: Path, daemon: Daemon) -> None:
    program = (
        "import penstock, re\n"
        "def read(slots):\n"
        f"    loader = penstock.DataLoader({str(dataset)!r}, batch=301, socket={str(daemon.socket)!r}, slots=slots)\n"
        "    for _ in range(2):\n"
        "        for batch in loader:\n"
        "            print('step', batch['step'], flush=True)\n"
        "try:\n"
        "    read(96 << 10)\n"
        "except penstock.ExhaustedError as told:\n"
        "    print(told)\n"
        "    read(int(re.search('slots=([0-9]+)', str(told)).group(1)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "held=1" in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("step 1") == 1, done.stdout + done.stderr


def test_the_daemon_tells_what_it_counts(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon, job="counted") as loader:
        assert "counted" in str(loader.stats()["jobs"])
