"""Arrays over a slot: what a BATCH frame says, as a dict of NumPy arrays or PyTorch tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from penstock import _wire
from penstock._errors import ConfigurationError, ProtocolError
from penstock._memory import Segment

Tensors = Literal["numpy", "torch"]

_DTYPES: dict[str, np.dtype[Any]] = {
    "UINT8": np.dtype("<u1"),
    "INT8": np.dtype("<i1"),
    "UINT16": np.dtype("<u2"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FLOAT32": np.dtype("<f4"),
    "FLOAT64": np.dtype("<f8"),
}
I32 = _DTYPES["INT32"]
_I64 = _DTYPES["INT64"]
_U32: np.dtype[Any] = np.dtype("<u4")

_COMMON = ("ids", "checksums", "micro_batches", "step", "epoch")

# What a batch has for a field besides its values, in one layout or another.
_TABLES = (".offsets", ".lengths", ".shapes", ".segments")


class BatchBuilder:
    """Makes packed batches of one attachment; what is the same for all of them is looked up once."""

    # Numbers that a BATCH has for each field, and what it says of their layout.
    items = _wire.FIELD_ITEMS
    shape = 0

    def __init__(self, fields: list[dict[str, Any]], tensors: Tensors, copy: bool) -> None:
        self._fields = [
            (_wire.FIRST_FIELD + i * self.items, *_field(field)) for i, field in enumerate(fields)
        ]
        _require_distinct([name for _, name, _, _ in self._fields])
        self._names = [name for field in fields for name in (field["name"], field["name"] + ".offsets")]
        self._names += ["ids", "checksums", "micro_batches"]
        self._copy = copy
        self._tensor: Callable[[Any], Any] | None = _from_numpy() if tensors == "torch" else None

    def build(self, row: tuple[Any, ...], segment: Segment, ended: Callable[[int], None]) -> dict[str, Any]:
        """The batch of an announcement; `ended` is called with its ticket when nothing refers to its slot."""
        memory: Any = segment.lease(row[_wire.TICKET], ended)
        if not segment.writable and self._tensor is None:
            # NumPy refuses to write to what it made over this. PyTorch would warn instead, for every tensor.
            memory = memoryview(memory).toreadonly()
        try:
            arrays: Any = self._arrays(row, memory)
        except (TypeError, ValueError, OverflowError) as outside:
            raise ProtocolError(f"reading BATCH failed: step={row[_wire.STEP]}, reason={outside}") from outside
        if self._copy:
            arrays = [array.copy() for array in arrays]
        if self._tensor is not None:
            arrays = map(self._tensor, arrays)
        batch = dict(zip(self._names, arrays))
        batch["step"] = row[_wire.STEP]
        batch["epoch"] = row[_wire.EPOCH]
        return batch

    def _arrays(self, row: tuple[Any, ...], memory: Any) -> list[Any]:
        """In the order of the names. NumPy checks each against the end of the segment."""
        slot = row[_wire.SLOT_OFFSET]
        samples = row[_wire.SAMPLES]
        array = np.ndarray
        arrays: list[Any] = []
        for at, name, dtype, item_bytes in self._fields:
            offsets, values, size, shape, _ = row[at : at + _wire.FIELD_ITEMS]
            if shape != self.shape:
                raise ProtocolError(
                    f"reading BATCH failed: field={name}, shape={shape}, understood={self.shape}; update the client"
                )
            arrays.append(array((size // item_bytes,), dtype, memory, slot + values))
            arrays.append(array((samples + 1,), I32, memory, slot + offsets))
        arrays.append(array((samples,), _I64, memory, slot + row[_wire.IDS_OFFSET]))
        arrays.append(array((samples,), _U32, memory, slot + row[_wire.CHECKSUMS_OFFSET]))
        micro_batches = row[_wire.MICRO_BATCHES]
        arrays.append(array((micro_batches + 1,), I32, memory, slot + row[_wire.MICRO_BATCHES_OFFSET]))
        return arrays


def _field(field: dict[str, Any]) -> tuple[str, np.dtype[Any], int]:
    name, kind = field.get("name"), field.get("type")
    dtype = _DTYPES.get(str(kind))
    if not isinstance(name, str) or dtype is None:
        raise ProtocolError(f"attaching failed: field={name}, type={kind}, understood={' '.join(_DTYPES)}")
    if name in _COMMON:
        raise ConfigurationError(f"attaching failed: field={name}; a batch has this name for itself, pack under another")
    return name, dtype, dtype.itemsize


def _require_distinct(names: list[str]) -> None:
    for name in names:
        for table in _TABLES:
            if name + table in names:
                raise ConfigurationError(
                    f"attaching failed: field={name}{table}; a batch has this name for a table of field={name}, pack under"
                    " another"
                )


def _from_numpy() -> Callable[[Any], Any]:
    try:
        import torch
    except ImportError as missing:
        raise ConfigurationError(
            'making tensors failed: tensors=torch, reason=PyTorch is not installed; `pip install torch`, or tensors="numpy"'
        ) from missing
    from_numpy: Callable[[Any], Any] = torch.from_numpy
    return from_numpy
