"""What tests share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A directory whose path fits a socket's address, which has 108 bytes."""
    directory = Path(tempfile.mkdtemp(prefix="penstock-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def socket_path(short_path: Path) -> Path:
    return short_path / "s"
