"""Layouts in rows, against a real daemon: matrices, lengths and padding, and the same bytes as packed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from daemon import Daemon

import penstock

PAD = 42
CAP = 20_000


def loader_of(dataset: Path, daemon: Daemon, **differences: Any) -> penstock.DataLoader:
    options: dict[str, Any] = {"batch": 24, "seed": 7, "epochs": 1, "socket": daemon.socket, "pad_value": PAD}
    return penstock.DataLoader(dataset, **{**options, "slots": 16 << 20, **differences})


def samples_by_id(loader: penstock.DataLoader) -> dict[int, bytes]:
    arrived: dict[int, bytes] = {}
    for batch in loader:
        samples = [bytes(sample) for sample in penstock.samples(batch, "txt")]
        arrived.update(zip(batch["ids"].tolist(), samples))
        parts = list(penstock.micro_batches(batch))
        assert [bytes(sample) for part in parts for sample in penstock.samples(part, "txt")] == samples
    loader.close()
    return arrived


@pytest.mark.parametrize("layout", ["padded", "fixed=6000", "bucket=300,5100"])
@pytest.mark.parametrize("cap", [{}, {"max_tokens": CAP}])
@pytest.mark.parametrize("copy", [False, True])
def test_every_layout_has_the_samples_of_the_packed_one(
    dataset: Path, daemon: Daemon, layout: str, cap: dict[str, int], copy: bool
) -> None:
    packed = samples_by_id(loader_of(dataset, daemon))
    assert samples_by_id(loader_of(dataset, daemon, layout=layout, copy=copy, **cap)) == packed


def test_padded_is_a_matrix_as_wide_as_its_longest_sample(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon, layout="padded") as loader:
        for batch in loader:
            matrix, lengths = batch["txt"], batch["txt.lengths"]
            assert matrix.shape == (len(batch["ids"]), lengths.max())
            for row, length in zip(matrix, lengths):
                assert (row[length:] == PAD).all()
        del batch, matrix, lengths, row


def test_padded_under_a_cap_is_a_matrix_for_each_micro_batch(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon, layout="padded", max_tokens=CAP) as loader:
        most = 0
        for batch in loader:
            most = max(most, len(batch["txt"]))
            for matrix, part in zip(batch["txt"], penstock.micro_batches(batch)):
                assert matrix.size <= CAP
                assert matrix.shape == part["txt"].shape == (len(part["ids"]), part["txt.lengths"].max())
                assert part["txt.shapes"].tolist() == [[0, *matrix.shape]]
        assert most > 1
        del batch, matrix, part


def test_fixed_rows_are_one_matrix_and_segments_cross_no_sample(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon, layout="fixed=6000", max_tokens=CAP) as loader:
        for batch in loader:
            assert batch["txt"].shape[1] == 6000
            flat = batch["txt"].reshape(-1)
            for part in penstock.micro_batches(batch):
                bounds = part["txt.segments"].tolist()
                assert bounds[0] == 0 and bounds[-1] == part["txt"].size <= CAP
                begins = part["txt.offsets"][:-1][part["txt.lengths"] > 0]
                assert set(begins.tolist()) <= set(bounds)
            assert np.shares_memory(flat, batch["txt"])
        del batch, flat, part


def test_buckets_have_few_shapes(dataset: Path, daemon: Daemon) -> None:
    with loader_of(dataset, daemon, layout="bucket=300,5100", max_tokens=CAP) as loader:
        shapes = {matrix.shape for batch in loader for matrix in batch["txt"]}
        assert shapes <= {(CAP // 300, 300), (CAP // 5100, 5100)}


def test_ranks_without_samples_have_an_empty_matrix(dataset: Path, daemon: Daemon) -> None:
    loader = loader_of(dataset, daemon, layout="padded", batch=1, rank=1, world=2, job="empty")
    shapes = [batch["txt"].shape for batch in loader]
    loader.close()
    assert (0, 0) in shapes
