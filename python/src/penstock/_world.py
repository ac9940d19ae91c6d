"""Who this process is among the ranks of its run."""

from __future__ import annotations

import itertools
import os
import sys
import zlib
from dataclasses import dataclass

from penstock._errors import ConfigurationError

_jobs = itertools.count()


@dataclass(frozen=True)
class World:
    """A rank, counted from 0, and the number of ranks."""

    rank: int
    size: int

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.size:
            raise ConfigurationError(
                f"reading the world failed: rank={self.rank}, world={self.size}; a rank is at least 0 and below `world`"
            )


def find_world(rank: int | None, size: int | None) -> World:
    """What was stated; else what torch.distributed says; else RANK and WORLD_SIZE; else one process alone."""
    if rank is not None and size is not None:
        return World(rank, size)
    if rank is not None or size is not None:
        raise ConfigurationError(
            f"reading the world failed: rank={rank}, world={size}; state both, or none to take them from"
            " torch.distributed or from RANK and WORLD_SIZE"
        )
    # Who uses torch.distributed has imported it: importing it here would cost those who do not a second.
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return World(distributed.get_rank(), distributed.get_world_size())
    if "WORLD_SIZE" in os.environ or "RANK" in os.environ:
        return World(_number("RANK"), _number("WORLD_SIZE"))
    return World(0, 1)


def _number(variable: str) -> int:
    text = os.environ.get(variable)
    if text is None or not text.isdecimal():
        raise ConfigurationError(
            f"reading the world failed: {variable}={text}; set RANK and WORLD_SIZE to numbers, or state `rank` and `world`"
        )
    return int(text)


def job_name(world: World, what: str) -> str:
    """A name that the ranks of this run share and other runs do not have.

    :param what: dataset and options, so that the loaders of one run are different jobs
    """
    if world.size == 1:
        return f"python-{os.getpid()}-{next(_jobs)}"
    for variables in (("SLURM_JOB_ID", "SLURM_STEP_ID"), ("MASTER_ADDR", "MASTER_PORT")):
        values = [os.environ.get(variable) for variable in variables]
        if None not in values:
            run = "-".join([os.environ.get("TORCHELASTIC_RUN_ID", "run"), *map(str, values)])
            return f"{run}-{zlib.crc32(what.encode()):08x}"
    raise ConfigurationError(
        f"naming the job failed: world={world.size}; all ranks of a run use one name, so state `job`, or start the ranks"
        " with torchrun or srun"
    )
