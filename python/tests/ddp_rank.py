"""One rank of a data-parallel run; `test_torch` starts two.

Arguments: dataset, socket, file for the report.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
import torch.distributed
from peer import crc32c
from torch.nn.parallel import DistributedDataParallel

import penstock


def main(dataset: str, socket: str, report: str) -> None:
    torch.distributed.init_process_group("gloo")
    torch.manual_seed(1)
    model = DistributedDataParallel(torch.nn.EmbeddingBag(256, 8, mode="mean"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    ids: list[list[int]] = []
    steps = 0
    with penstock.DataLoader(
        dataset, batch=16, seed=7, tensors="torch", socket=socket, remainder="short", balance="exact"
    ) as loader:
        for epoch in range(2):
            loader.set_epoch(epoch)
            ids.append([])
            for batch in loader:
                for sample, checksum in zip(penstock.samples(batch, "txt"), batch["checksums"].tolist()):
                    assert crc32c(sample.numpy().tobytes()) == checksum
                ids[-1] += batch["ids"].tolist()
                output = model(batch["txt"].int(), batch["txt.offsets"][:-1].contiguous())
                optimizer.zero_grad()
                output.square().mean().backward()
                optimizer.step()
                steps += 1
    weights = model.module.weight.detach().sum(dim=1).tolist()
    Path(report).write_text(json.dumps({"ids": ids, "steps": steps, "weights": weights}))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
