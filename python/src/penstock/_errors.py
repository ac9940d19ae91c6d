"""What can go wrong, as types: one per kind of the protocol's errors, and three of the client's own."""

from __future__ import annotations

from typing import Any


class PenstockError(Exception):
    """A failure of the loader; the message says what failed, with which values, and what to do."""


class ProtocolError(PenstockError):
    """The two sides do not understand each other: another version, or bytes that break a rule."""


class ConfigurationError(PenstockError, ValueError):
    """Options that cannot work or contradict each other."""


class MissingError(PenstockError):
    """A dataset or an object that is not there."""


class AccessError(PenstockError):
    """A store that refuses or fails."""


class CorruptError(PenstockError):
    """Stored bytes that are not what the index says."""


class ExhaustedError(PenstockError):
    """The daemon's memory does not suffice."""


class BusyError(PenstockError):
    """A store that was busy for longer than daemon and client are patient."""


class UnavailableError(PenstockError, ConnectionError):
    """No daemon serves at the socket."""


class InternalError(PenstockError):
    """A mistake in the daemon."""


class HeldBatchesError(PenstockError):
    """The caller keeps so many batches that no further one can be announced."""


class ForkedError(PenstockError):
    """A loader was used in a child of the process that it belongs to."""


_KINDS: dict[str, type[PenstockError]] = {
    "protocol": ProtocolError,
    "configuration": ConfigurationError,
    "missing": MissingError,
    "access": AccessError,
    "corrupt": CorruptError,
    "exhausted": ExhaustedError,
    "retryable": BusyError,
    "stopping": UnavailableError,
    "internal": InternalError,
}


def from_json(error: Any) -> PenstockError:
    """The exception for an error object of the protocol."""
    if not isinstance(error, dict):
        return ProtocolError(f"reading an error failed: found={error!r}")
    kind = error.get("kind")
    message = error.get("message")
    return _KINDS.get(str(kind), PenstockError)(str(message) if message else f"the daemon failed: kind={kind}")
