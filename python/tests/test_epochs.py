"""The arithmetic of epochs against a list of positions."""

from __future__ import annotations

import itertools

import pytest

from penstock._epochs import Epochs


def epochs_of_steps(samples: int, batch: int, remainder: str, epochs: int) -> list[int]:
    """The epoch of each step's first position, by laying out positions one by one."""
    if remainder == "carry":
        line = list(range(samples * epochs))
        return [line[at] // samples for at in range(0, len(line), batch)]
    found = []
    for epoch in range(epochs):
        for at in range(0, samples, batch):
            if remainder == "short" or samples - at >= batch:
                found.append(epoch)
    return found


@pytest.mark.parametrize("remainder", ["carry", "drop", "short"])
def test_epochs_are_those_of_the_positions(remainder: str) -> None:
    for samples, batch in itertools.product(range(1, 12), range(1, 14)):
        if remainder == "drop" and batch > samples:
            continue
        expected = epochs_of_steps(samples, batch, remainder, epochs=4)
        plan = Epochs(samples, batch, remainder, len(expected))
        assert [plan.epoch_of(step) for step in range(len(expected))] == expected
        for epoch in range(4):
            assert plan.length(epoch) == expected.count(epoch), (samples, batch, epoch)


def test_a_run_may_end_inside_an_epoch() -> None:
    plan = Epochs(10, 2, "carry", 7)
    assert [plan.length(epoch) for epoch in range(3)] == [5, 2, 0]
    assert plan.end(1) == 7


def test_an_endless_run_has_epochs_of_all_steps() -> None:
    assert Epochs(10, 4, "carry", None).length(1000) in (2, 3)
