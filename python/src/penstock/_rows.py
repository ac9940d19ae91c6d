"""Batches in rows: what the layouts padded, fixed and bucket have besides a packed batch, as matrices over a slot."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from penstock import _wire
from penstock._arrays import I32, BatchBuilder, Tensors
from penstock._errors import ProtocolError
from penstock._memory import Segment

_SHAPES = {"padded": 1, "fixed": 2, "bucket": 3}


class RowsBuilder(BatchBuilder):
    """Makes batches of one attachment whose layout is not packed.

    Where every micro-batch has rows of one length, or there is one micro-batch, a field is a matrix; else a list of
    matrices, one per micro-batch. Which of both depends on the options alone.
    """

    items = _wire.ROWS_FIELD_ITEMS

    def __init__(
        self, layout: str, capped: bool, fields: list[dict[str, Any]], tensors: Tensors, copy: bool
    ) -> None:
        """
        :param layout: as the daemon says it
        :param capped: whether a step may have several micro-batches of one rank, because their size is bounded
        """
        self._kind, _, lengths = layout.partition("=")
        if self._kind not in _SHAPES:
            raise ProtocolError(
                f"attaching failed: layout={layout}, understood=packed {' '.join(_SHAPES)}; update the client"
            )
        self.shape = _SHAPES[self._kind]
        super().__init__(fields, tensors, copy)
        self._tables = ["lengths", "shapes", "segments"] if self._kind == "fixed" else ["lengths", "shapes"]
        self._names += [f"{name}.{table}" for _, name, _, _ in self._fields for table in self._tables]
        self._listed = self._kind == "bucket" or (self._kind == "padded" and capped)
        self._row_elements = int(lengths.partition(",")[0]) if self._kind == "fixed" else 0

    def build(self, row: tuple[Any, ...], segment: Segment, ended: Callable[[int], None]) -> dict[str, Any]:
        batch = super().build(row, segment, ended)
        for _, name, _, _ in self._fields:
            batch[name] = self._matrices(batch[name], batch[f"{name}.shapes"].tolist())
        return batch

    def _matrices(self, values: Any, shapes: list[list[int]]) -> Any:
        if self._kind == "fixed":
            return values.reshape(-1, self._row_elements)
        matrices = [values[at : at + rows * width].reshape(rows, width) for at, rows, width in shapes]
        if self._listed:
            return matrices
        if len(matrices) > 1:
            raise ProtocolError(f"reading BATCH failed: layout=padded, microBatches={len(matrices)}, expected=1")
        return matrices[0] if matrices else values.reshape(0, 0)

    def _arrays(self, row: tuple[Any, ...], memory: Any) -> list[Any]:
        arrays = super()._arrays(row, memory)
        slot = row[_wire.SLOT_OFFSET]
        for at, _, _, _ in self._fields:
            segments, _, lengths_at, shapes_at, segments_at = row[at + _wire.FIELD_ITEMS - 1 : at + self.items]
            arrays.append(np.ndarray((row[_wire.SAMPLES],), I32, memory, slot + lengths_at))
            arrays.append(np.ndarray((row[_wire.MICRO_BATCHES], 3), I32, memory, slot + shapes_at))
            if self._kind == "fixed":
                arrays.append(np.ndarray((segments + 1,), I32, memory, slot + segments_at))
        return arrays


def row_samples(batch: Mapping[str, Any], field: str) -> list[Any]:
    """A view of each sample's elements, without padding."""
    values = batch[field]
    offsets = batch[f"{field}.offsets"].tolist()
    lengths = batch[f"{field}.lengths"].tolist()
    if not isinstance(values, list):
        flat = values.reshape(-1)
        return [flat[begin : begin + length] for begin, length in zip(offsets, lengths)]
    bounds = batch["micro_batches"].tolist()
    views: list[Any] = []
    for number, (first, _, _) in enumerate(batch[f"{field}.shapes"].tolist()):
        flat = values[number].reshape(-1)
        for sample in range(bounds[number], bounds[number + 1]):
            begin = offsets[sample] - first
            views.append(flat[begin : begin + lengths[sample]])
    return views


def row_part(batch: Mapping[str, Any], field: str, number: int, begin: int, end: int) -> dict[str, Any]:
    """One micro-batch of a field, with tables that count from its first element."""
    shapes = batch[f"{field}.shapes"][number : number + 1]
    first, rows, width = shapes.tolist()[0]
    total = rows * width
    values = batch[field]
    if isinstance(values, list):
        matrix = values[number]
    else:
        matrix = values.reshape(-1)[first : first + total].reshape(rows, width)
    offsets = batch[f"{field}.offsets"][begin : end + 1] - first
    offsets[-1] = total
    own_shapes = shapes + 0
    own_shapes[0, 0] = 0
    part = {
        field: matrix,
        f"{field}.offsets": offsets,
        f"{field}.lengths": batch[f"{field}.lengths"][begin:end],
        f"{field}.shapes": own_shapes,
    }
    if f"{field}.segments" in batch:
        segments = batch[f"{field}.segments"]
        bounds = segments.tolist()
        part[f"{field}.segments"] = segments[bisect_left(bounds, first) : bisect_left(bounds, first + total) + 1] - first
    return part
