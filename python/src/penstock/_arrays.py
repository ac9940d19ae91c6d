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
_I32 = _DTYPES["INT32"]
_I64 = _DTYPES["INT64"]
_U32: np.dtype[Any] = np.dtype("<u4")

_COMMON = ("ids", "checksums", "micro_batches", "step", "epoch")


class BatchBuilder:
    """Makes batches of one attachment; what is the same for all of them is looked up once."""

    def __init__(self, fields: list[dict[str, Any]], tensors: Tensors, copy: bool) -> None:
        self._fields = [_field(field) for field in fields]
        self._copy = copy
        self._tensor: Callable[[Any], Any] | None = None
        if tensors == "torch":
            self._tensor = _from_numpy()

    def build(self, row: tuple[Any, ...], segment: Segment, ended: Callable[[int], None]) -> dict[str, Any]:
        """The batch of an announcement; `ended` is called with its ticket when nothing refers to its slot."""
        lease = segment.lease(row[_wire.TICKET], ended)
        try:
            arrays = self._arrays(row, lease)
        except (TypeError, ValueError, OverflowError) as outside:
            raise ProtocolError(f"reading BATCH failed: step={row[_wire.STEP]}, reason={outside}") from outside
        if self._copy:
            arrays = {name: value.copy() for name, value in arrays.items()}
        elif not segment.writable and self._tensor is None:
            for value in arrays.values():
                value.setflags(False)
        if self._tensor is not None:
            tensor = self._tensor
            arrays = {name: tensor(value) for name, value in arrays.items()}
        arrays["step"] = row[_wire.STEP]
        arrays["epoch"] = row[_wire.EPOCH]
        return arrays

    def _arrays(self, row: tuple[Any, ...], lease: Any) -> dict[str, Any]:
        slot = row[_wire.SLOT_OFFSET]
        samples = row[_wire.SAMPLES]
        array = np.ndarray
        arrays: dict[str, Any] = {}
        at = _wire.FIRST_FIELD
        for name, offsets_name, dtype, item_bytes in self._fields:
            offsets, values, size, shape, _ = row[at : at + _wire.FIELD_ITEMS]
            if shape != 0:
                raise ProtocolError(f"reading BATCH failed: field={name}, shape={shape}, understood=0; update the client")
            arrays[name] = array((size // item_bytes,), dtype, lease, slot + values)
            arrays[offsets_name] = array((samples + 1,), _I32, lease, slot + offsets)
            at += _wire.FIELD_ITEMS
        arrays["ids"] = array((samples,), _I64, lease, slot + row[_wire.IDS_OFFSET])
        arrays["checksums"] = array((samples,), _U32, lease, slot + row[_wire.CHECKSUMS_OFFSET])
        arrays["micro_batches"] = array(
            (row[_wire.MICRO_BATCHES] + 1,), _I32, lease, slot + row[_wire.MICRO_BATCHES_OFFSET]
        )
        return arrays


def _field(field: dict[str, Any]) -> tuple[str, str, np.dtype[Any], int]:
    name, kind = field.get("name"), field.get("type")
    dtype = _DTYPES.get(str(kind))
    if not isinstance(name, str) or dtype is None:
        raise ProtocolError(f"attaching failed: field={name}, type={kind}, understood={' '.join(_DTYPES)}")
    if name in _COMMON:
        raise ConfigurationError(f"attaching failed: field={name}; a batch has this name for itself, pack under another")
    return name, f"{name}.offsets", dtype, dtype.itemsize


def _from_numpy() -> Callable[[Any], Any]:
    try:
        import torch
    except ImportError as missing:
        raise ConfigurationError(
            'making tensors failed: tensors=torch, reason=PyTorch is not installed; `pip install torch`, or tensors="numpy"'
        ) from missing
    from_numpy: Callable[[Any], Any] = torch.from_numpy
    return from_numpy
