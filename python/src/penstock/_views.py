"""Views of a batch: its samples and its micro-batches. No value is copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from penstock._rows import row_part, row_samples


class Samples(Sequence[Any]):
    """The samples of one field: `samples[i]` is a view of the packed values, made when it is asked for."""

    __slots__ = ("_offsets", "_values")

    def __init__(self, values: Any, offsets: Any) -> None:
        self._values = values
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"sample {index} of {count}")
        index %= count
        return self._values[int(self._offsets[index]) : int(self._offsets[index + 1])]

    def __iter__(self) -> Iterator[Any]:
        bounds = self._offsets.tolist()
        for begin, end in zip(bounds, bounds[1:]):
            yield self._values[begin:end]


def samples(batch: Mapping[str, Any], field: str) -> Sequence[Any]:
    """The samples of a field of a batch, one view each, without padding."""
    if f"{field}.lengths" in batch:
        return row_samples(batch, field)
    return Samples(batch[field], batch[f"{field}.offsets"])


def micro_batches(batch: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The micro-batches of a batch, each a batch of its own: values are views, offsets begin at 0.

    With gradient accumulation every rank gets the same number of tokens at a time; see `max_tokens`.
    """
    fields = [name[: -len(".offsets")] for name in batch if name.endswith(".offsets")]
    bounds = batch["micro_batches"].tolist()
    for number, (begin, end) in enumerate(zip(bounds, bounds[1:])):
        part: dict[str, Any] = {}
        for field in fields:
            if f"{field}.lengths" in batch:
                part.update(row_part(batch, field, number, begin, end))
                continue
            offsets = batch[f"{field}.offsets"][begin : end + 1]
            first = int(offsets[0])
            part[field] = batch[field][first : int(offsets[-1])]
            part[f"{field}.offsets"] = offsets - offsets[0]
        part["ids"] = batch["ids"][begin:end]
        part["checksums"] = batch["checksums"][begin:end]
        part["step"] = batch["step"]
        part["epoch"] = batch["epoch"]
        yield part
