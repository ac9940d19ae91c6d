"""The loader as a PyTorch user has it, with a real PyTorch and a real daemon."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from daemon import Daemon
from peer import crc32c

import penstock

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

README = Path(__file__).parents[1] / "README.md"
RANK_PROGRAM = Path(__file__).parent / "ddp_rank.py"
SAMPLES = 301


def loader_of(dataset: Path, daemon: Daemon, **differences: Any) -> penstock.DataLoader:
    options: dict[str, Any] = {"batch": 16, "seed": 7, "socket": daemon.socket, "tensors": "torch", **differences}
    return penstock.DataLoader(dataset, **options)


def test_tensors_are_the_arrays_and_no_warning_comes(dataset: Path, daemon: Daemon) -> None:
    arrays = penstock.DataLoader(dataset, batch=16, seed=7, socket=daemon.socket)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for expected, batch in zip(arrays, loader_of(dataset, daemon)):
            assert set(batch) == set(expected)
            assert batch["txt"].dtype == torch.uint8 and batch["txt.offsets"].dtype == torch.int32
            for name, value in expected.items():
                if isinstance(value, int):
                    assert batch[name] == value
                else:
                    assert batch[name].numpy().tobytes() == value.tobytes(), name


def test_what_is_written_to_a_tensor_is_in_nobody_elses_batch(dataset: Path, daemon: Daemon) -> None:
    for _ in range(2):
        loader = loader_of(dataset, daemon)
        for batch in loader:
            for sample, expected in zip(penstock.samples(batch, "txt"), batch["checksums"].tolist()):
                assert crc32c(sample.numpy().tobytes()) == expected
            batch["txt"].add_(1)
        loader.close()
        del batch, sample


def test_a_tensor_that_autograd_saved_keeps_its_batch(dataset: Path, daemon: Daemon) -> None:
    loader = loader_of(dataset, daemon, credits=3)
    embedding = torch.nn.Embedding(256, 4)
    batches = iter(loader)
    first = next(batches)["txt"]
    before = first.clone()
    loss = embedding(first.int()).sum() + (torch.ones(4, requires_grad=True) * first[:4]).sum()
    del first
    for _ in range(12):
        next(batches)
    loss.backward()
    assert embedding.weight.grad is not None
    counts = torch.bincount(before.long(), minlength=256).float()
    assert torch.equal(embedding.weight.grad[:, 0], counts)
    loader.close()


def test_a_state_goes_through_torch_save(dataset: Path, daemon: Daemon) -> None:
    loader = loader_of(dataset, daemon)
    batches = iter(loader)
    next(batches)
    file = io.BytesIO()
    torch.save({"loader": loader.state_dict()}, file)
    following = next(batches)["ids"].tolist()
    loader.close()
    file.seek(0)
    resumed = loader_of(dataset, daemon)
    resumed.load_state_dict(torch.load(file, weights_only=True)["loader"])
    assert next(iter(resumed))["ids"].tolist() == following
    resumed.close()


def test_two_ddp_processes_get_every_sample_once(dataset: Path, daemon: Daemon, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    world = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
    ranks = [
        subprocess.Popen(
            [sys.executable, str(RANK_PROGRAM), str(dataset), str(daemon.socket), str(tmp_path / f"{rank}.json")],
            env={**os.environ, **world, "RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for process in ranks:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
    reports = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    assert reports[0]["steps"] == reports[1]["steps"]
    for epoch in range(2):
        ids = reports[0]["ids"][epoch] + reports[1]["ids"][epoch]
        assert sorted(ids) == list(range(SAMPLES))
    assert reports[0]["weights"] == reports[1]["weights"]


def test_the_example_of_the_readme_runs(
    dataset: Path, daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert example is not None
    monkeypatch.setenv("PENSTOCK_SOCKET", str(daemon.socket))
    monkeypatch.chdir(tmp_path)
    program = example[1].replace("/data/shards", str(dataset))
    trained: dict[str, Any] = {}
    exec(compile(program, "README.md", "exec"), trained)
    first = trained["losses"]
    assert len(first) > 3 and first[-1] < first[0]
    resumed: dict[str, Any] = {}
    exec(compile(program, "README.md", "exec"), resumed)
    assert resumed["losses"] == []
