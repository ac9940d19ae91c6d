"""Penstock's daemon and Python client against PyTorch's DataLoader and a hand-tuned loader, on the same shards.

Claim: packed batches (values and int32 offsets) reach a PyTorch training thread at 10 times the samples per second of
a DataLoader with 2 workers, and no slower than a loader that is tuned by hand and runs in the training process, at
20 µs or less of the training thread's CPU for each batch; and that the first batch is there 100 ms after attaching.

Fixture: the JDK's own sources, a file a sample, packed by `penstock pack` (or `--data`), in the page cache; a full
shuffle; batches of 64. Every loader delivers PyTorch tensors; nobody looks at them while the clock runs. A gate before
it compares what each delivers in an epoch, byte by byte, through checksums.

    penstock    this repository's `penstock serve`, in a process of its own, and its Python client
    workers     torch.utils.data.DataLoader with 2 persistent workers over memory-mapped shards; one sample is one view,
                the collate function is one concatenation
    tuned       memory-mapped shards in the training process; one concatenation a batch

Rounds are interleaved, so that a busy machine is busy for all; ratios are taken within a round.

    python bench/peers/daemon_vs_torch.py

PyTorch and the client (`pip install ./python`) must be installed, as `python/test.sh` does in its environment.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.utils.data

import penstock

REPOSITORY = Path(__file__).parents[2]
SEED = 7

# Long enough that an epoch's boundary is a small part of it.
ROUND_SECONDS = 2.0

# The first fifth warms up.
ATTACHES = 25

Batch = tuple[torch.Tensor, torch.Tensor]


def command() -> list[str]:
    stated = os.environ.get("PENSTOCK_COMMAND")
    return shlex.split(stated) if stated else [str(REPOSITORY / "penstock")]


def pack_jdk_sources(target: Path) -> None:
    """Packs the JDK's sources, whole files, unless an earlier run has."""
    if (target / "packed").exists():
        return
    settings = subprocess.run(["java", "-XshowSettings:properties", "-version"], capture_output=True, text=True).stderr
    homes = [os.environ.get("JAVA_HOME", ""), *(line.split("=")[1].strip() for line in settings.splitlines() if "java.home" in line)]
    sources = [Path(home) / "lib" / "src.zip" for home in [*homes, *map(str, Path("/usr/lib/jvm").glob("*"))]]
    source = next((path for path in sources if path.exists()), None)
    if source is None:
        sys.exit("packing failed: no lib/src.zip in a JDK; name packed shards with --data")
    subprocess.run([*command(), "pack", str(source), str(target / "shards"), "--suffix", ".java"], check=True)
    (target / "packed").touch()


class Samples(torch.utils.data.Dataset[np.ndarray[Any, Any]]):
    """The samples of memory-mapped shards, as `penstock index --list` lists them."""

    def __init__(self, shards: Path) -> None:
        listing = subprocess.run(
            [*command(), "index", str(shards), "--list"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        maps: dict[str, np.ndarray[Any, Any]] = {}
        self.views: list[np.ndarray[Any, Any]] = []
        for line in listing.splitlines():
            number, shard, _, offset, length, *_ = line.split("\t")
            if not number.isdecimal():
                continue
            if shard not in maps:
                maps[shard] = np.memmap(shards / shard, np.uint8, "r").view(np.ndarray)
            self.views.append(maps[shard][int(offset) : int(offset) + int(length)])

    def __len__(self) -> int:
        return len(self.views)

    def __getitem__(self, index: int) -> np.ndarray[Any, Any]:
        return self.views[index]


def packed(samples: list[np.ndarray[Any, Any]]) -> Batch:
    offsets = np.zeros(len(samples) + 1, np.int32)
    np.cumsum([len(sample) for sample in samples], out=offsets[1:])
    return torch.from_numpy(np.concatenate(samples)), torch.from_numpy(offsets)


def tuned_epoch(samples: Samples, batch: int, random: np.random.Generator) -> Iterator[Batch]:
    views = samples.views
    order = random.permutation(len(views)).tolist()
    for begin in range(0, len(order), batch):
        yield packed([views[number] for number in order[begin : begin + batch]])


def penstock_epoch(loader: penstock.DataLoader) -> Iterator[Batch]:
    for batch in loader:
        field = next(iter(batch))
        yield batch[field], batch[f"{field}.offsets"]


def digest(epoch: Iterator[Batch]) -> tuple[int, int, int]:
    """Samples, bytes, and a sum of the samples' checksums that does not depend on their order."""
    count = size = total = 0
    for values, offsets in epoch:
        bounds = offsets.tolist()
        array = values.numpy()
        count += len(bounds) - 1
        size += len(array)
        total += sum(zlib.crc32(array[begin:end]) for begin, end in zip(bounds, bounds[1:]))
    return count, size, total


def samples_per_second(epoch: Callable[[], Iterator[Batch]]) -> float:
    count = 0
    begin = time.perf_counter()
    while True:
        for _, offsets in epoch():
            count += len(offsets) - 1
        seconds = time.perf_counter() - begin
        if seconds >= ROUND_SECONDS:
            return count / seconds


def ready_micros(shards: Path, batch: int, socket: str) -> tuple[list[float], list[float]]:
    """What a batch that is already announced costs: CPU time of the training thread, and time by the clock, which on a
    busy machine holds other processes' turns. Means of runs of 40, each after a pause in which they are announced.
    """
    with penstock.DataLoader(shards, batch=batch, seed=SEED, tensors="torch", socket=socket, credits=64) as loader:
        cpu: list[float] = []
        clock: list[float] = []
        batches = iter(loader)
        while len(cpu) < 40:
            time.sleep(0.05)
            begin, begin_cpu = time.perf_counter_ns(), time.thread_time_ns()
            taken = 0
            for _ in batches:
                taken += 1
                if taken == 40:
                    break
            else:
                batches = iter(loader)
                continue
            cpu.append((time.thread_time_ns() - begin_cpu) / taken / 1000)
            clock.append((time.perf_counter_ns() - begin) / taken / 1000)
        return cpu, clock


def attach_millis(shards: Path, batch: int, socket: str) -> list[float]:
    """From making a loader until its first batch, where the daemon's memory has the bytes and no stream runs."""
    millis: list[float] = []
    for _ in range(ATTACHES):
        begin = time.perf_counter_ns()
        with penstock.DataLoader(shards, batch=batch, seed=SEED, tensors="torch", socket=socket) as loader:
            first = next(iter(loader))
            millis.append((time.perf_counter_ns() - begin) / 1e6)
            del first
    return millis[ATTACHES // 5 :]


def row(metric: str, values: list[float], unit: str, goal: float | None, better: str, control: str) -> dict[str, Any]:
    spread = [round(min(values), 2), round(max(values), 2)]
    return {
        "metric": metric,
        "value": round(statistics.median(values), 2),
        "unit": unit,
        "control": control,
        "goal": goal,
        "better": better,
        "spread": spread,
    }


def measure(shards: Path, batch: int, rounds: int, socket: str) -> list[dict[str, Any]]:
    samples = Samples(shards)
    random = np.random.default_rng(SEED)
    workers = torch.utils.data.DataLoader(
        samples, batch, shuffle=True, num_workers=2, persistent_workers=True, collate_fn=packed
    )
    loader = penstock.DataLoader(
        shards, batch=batch, seed=SEED, tensors="torch", socket=socket, remainder="short", slots=128 << 20
    )
    epochs: dict[str, Callable[[], Iterator[Batch]]] = {
        "penstock": lambda: penstock_epoch(loader),
        "workers": lambda: iter(workers),
        "tuned": lambda: tuned_epoch(samples, batch, random),
    }
    digests = {name: digest(epoch()) for name, epoch in epochs.items()}
    if len(set(digests.values())) != 1 or digests["tuned"][0] != len(samples):
        sys.exit(f"comparing failed: the loaders deliver different bytes: {digests}")
    count, size, _ = digests["tuned"]
    print(f"{count} samples, {size / 1e6:.0f} MB, batch {batch}: every loader delivers the same bytes", flush=True)

    rates: dict[str, list[float]] = {name: [] for name in epochs}
    for number in range(rounds):
        for name, epoch in epochs.items():
            rates[name].append(samples_per_second(epoch))
        print(f"round {number}: " + ", ".join(f"{name} {rates[name][-1]:,.0f}/s" for name in epochs), flush=True)
    loader.close()

    def ratios(control: str) -> list[float]:
        return [mine / theirs for mine, theirs in zip(rates["penstock"], rates[control])]

    rows = [row(name, values, "samples/s", None, "higher", "") for name, values in rates.items()]
    rows.append(row("over_workers", ratios("workers"), "x", 10.0, "higher", "workers"))
    rows.append(row("over_tuned", ratios("tuned"), "x", 1.0, "higher", "tuned"))
    cpu, clock = ready_micros(shards, batch, socket)
    rows.append(row("thread_cpu_per_ready_batch", cpu, "µs", 20.0, "lower", ""))
    rows.append(row("clock_per_ready_batch", clock, "µs", None, "lower", ""))
    millis = attach_millis(shards, batch, socket)
    rows.append(row("attach_to_first_batch_ms", millis, "ms", 100.0, "lower", ""))
    return rows


def main() -> int:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "penstock" / "bench" / "jdk-files"
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, help="packed shards with one field; default: the JDK's sources")
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", type=Path, help="where to write the result")
    options.add_argument("--check", action="store_true", help="a missed goal is exit code 1")
    stated = options.parse_args()

    shards = stated.data
    if shards is None:
        pack_jdk_sources(cache)
        shards = cache / "shards"
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="penstock-") as directory:
        socket = f"{directory}/s"
        serve = [*command(), "serve", "--socket", socket, "--ram", "512M", "--slot-budget", "512M"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as daemon:
            try:
                assert daemon.stdout is not None
                if not daemon.stdout.readline().startswith("serving"):
                    sys.exit("starting the daemon failed")
                rows = measure(shards, stated.batch, stated.rounds, socket)
            finally:
                daemon.terminate()

    missed = []
    for each in rows:
        goal = ""
        if each["goal"] is not None:
            met = each["value"] >= each["goal"] if each["better"] == "higher" else each["value"] <= each["goal"]
            goal = f"  goal {each['goal']:g}: {'met' if met else 'missed'}"
            missed += [] if met else [each["metric"]]
        print(f"{each['metric']:28}{each['value']:>14,.2f} {each['unit']:10}{each['spread']}{goal}")
    if stated.json:
        env = {"python": platform.python_version(), "torch": torch.__version__, "cpus": os.cpu_count()}
        result = {"bench": "daemon-vs-torch", "params": {"batch": stated.batch, "rounds": stated.rounds}}
        stated.json.write_text(json.dumps({**result, "rows": rows, "env": env}, indent=1))
    return 1 if stated.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
