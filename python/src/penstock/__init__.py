"""The client of the Penstock daemon: batches in shared memory, for PyTorch and NumPy.

Enter at `DataLoader`. `samples` and `micro_batches` are views of what it delivers.
"""

from penstock._errors import (
    AccessError,
    BusyError,
    ConfigurationError,
    CorruptError,
    ExhaustedError,
    ForkedError,
    HeldBatchesError,
    InternalError,
    MissingError,
    PenstockError,
    ProtocolError,
    UnavailableError,
)
from penstock._loader import DataLoader
from penstock._views import Samples, micro_batches, samples

__all__ = [
    "AccessError",
    "BusyError",
    "ConfigurationError",
    "CorruptError",
    "DataLoader",
    "ExhaustedError",
    "ForkedError",
    "HeldBatchesError",
    "InternalError",
    "MissingError",
    "PenstockError",
    "ProtocolError",
    "Samples",
    "UnavailableError",
    "micro_batches",
    "samples",
]
