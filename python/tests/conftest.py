"""What tests share."""

from __future__ import annotations

import gc
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon import Daemon, pack


@pytest.fixture(autouse=True)
def nothing_is_left_to_the_collector() -> Iterator[None]:
    """A failure that was expected holds its frames, and their batches their slots, until the collector comes by."""
    yield
    gc.collect()


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A directory whose path fits a socket's address, which has 108 bytes."""
    directory = Path(tempfile.mkdtemp(prefix="penstock-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def socket_path(short_path: Path) -> Path:
    return short_path / "s"


@pytest.fixture(scope="session")
def texts() -> list[bytes]:
    """Samples of very different length; no two are equal."""
    lengths = random.Random(4711)
    return [b"%d " % i + bytes(lengths.randbytes(int(lengths.paretovariate(1.1) * 40) % 5000)) for i in range(301)]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory, texts: list[bytes]) -> Path:
    """The texts, packed into shards by `penstock pack`."""
    source = tmp_path_factory.mktemp("source")
    for number, text in enumerate(texts):
        (source / f"{number:04}.txt").write_bytes(text)
    shards = tmp_path_factory.mktemp("packed") / "shards"
    pack(source, shards)
    return shards


@pytest.fixture(scope="session")
def daemon() -> Iterator[Daemon]:
    """A daemon for tests that do not kill it."""
    yield from _serving()


@pytest.fixture
def mortal() -> Iterator[Daemon]:
    """A daemon of the test's own."""
    yield from _serving()


def _serving() -> Iterator[Daemon]:
    directory = Path(tempfile.mkdtemp(prefix="penstock-"))
    running = Daemon(directory / "s")
    running.start()
    yield running
    running.stop()
    shutil.rmtree(directory)
