"""A real daemon, and real data for it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

# The first one compiles the daemon.
_STARTED_WITHIN = 600.0


def command() -> list[str]:
    """How `penstock` is called; PENSTOCK_COMMAND names another one than this repository's."""
    stated = os.environ.get("PENSTOCK_COMMAND")
    return shlex.split(stated) if stated else [str(REPOSITORY / "penstock")]


class Daemon:
    """`penstock serve` at a socket, in a process of its own."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; a client can connect when this returns."""
        log = open(self.socket.with_suffix(".log"), "ab")
        with log:
            self._process = subprocess.Popen(
                [*command(), "serve", "--socket", str(self.socket), "--slots", "64M"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + _STARTED_WITHIN
        while not self._answers():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def _answers(self) -> bool:
        from penstock import UnavailableError
        from penstock._connection import Connection

        try:
            connection = Connection(str(self.socket))
        except UnavailableError:
            return False
        connection.close()
        return True

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it as a service manager would."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait()

    def log(self) -> str:
        return self.socket.with_suffix(".log").read_text()


def pack(source: Path, target: Path) -> None:
    """Packs the files of a directory, a sample each, into shards of about 64 KiB."""
    subprocess.run(
        [*command(), "pack", str(source), str(target), "--shard-size", "64K"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
