"""Which steps an epoch has: the arithmetic of positions, as the daemon does it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Epochs:
    """Steps of each epoch of one run.

    A step belongs to the epoch of its first position. With `carry`, the last batch of an epoch is filled up with the
    first samples of the next one, so epochs differ by a step in length, and one that is shorter than a batch may have
    none.
    """

    samples: int
    batch: int
    remainder: str
    steps: int | None

    def epoch_of(self, step: int) -> int:
        if self.remainder == "carry":
            return step * self.batch // self.samples
        return step // self._steps_per_epoch()

    def end(self, epoch: int) -> int:
        """First step behind the epoch, or behind the run."""
        return self._limited(self._first(epoch + 1))

    def length(self, epoch: int) -> int:
        return self.end(epoch) - self._limited(self._first(epoch))

    def _first(self, epoch: int) -> int:
        if self.remainder == "carry":
            return -(-epoch * self.samples // self.batch)
        return epoch * self._steps_per_epoch()

    def _limited(self, step: int) -> int:
        return step if self.steps is None else min(step, self.steps)

    def _steps_per_epoch(self) -> int:
        return self.samples // self.batch if self.remainder == "drop" else -(-self.samples // self.batch)
