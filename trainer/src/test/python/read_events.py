"""Prints a curve as TensorBoard's own reader sees it: read_events.py DIRECTORY TAG"""

import logging
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
logging.disable(logging.WARNING)

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
for scalar in events.Scalars(sys.argv[2]):
    print(scalar.step, scalar.value)
