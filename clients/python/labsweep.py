"""What a training may say to labsweep, if it wants to: one file of the standard library, to be copied beside it.

    import labsweep

    params = labsweep.params(layers=3, dropout=0.5)      # defaults, for a run without labsweep
    for epoch in range(1, 11):
        ...
        labsweep.report(step=epoch, val_accuracy=accuracy)
    labsweep.final(val_accuracy=accuracy)

Without labsweep the same program runs as it is: reports are printed, folders are made in the working directory.
"""

import json
import os
import sys
from pathlib import Path

__all__ = ["params", "seed", "report", "final", "data_folder", "checkpoint_folder", "artifacts_folder"]


def params(**defaults):
    """The trial's parameters, over these defaults."""
    file = os.environ.get("LABSWEEP_PARAMS")
    if not file:
        return defaults
    with open(file, encoding="utf-8") as text:
        return {**defaults, **json.load(text)}


def seed(default=1):
    """The trial's seed: what replicates differ in."""
    return int(os.environ.get("LABSWEEP_SEED") or default)


def report(**metrics):
    """Reports one metrics line, as after an epoch: numbers by their names, `step` among them if you like."""
    _append(metrics)


def final(**metrics):
    """Reports the result. Without it the last reported line is the result."""
    _append({"final": True, **metrics})


def data_folder():
    """Where the sweep's data set lies on this host; None where the sweep names none."""
    path = os.environ.get("LABSWEEP_DATA")
    return Path(path) if path else None


def checkpoint_folder():
    """A folder that the trial's next attempt finds again, should this one be ended before its time."""
    return _folder("LABSWEEP_CHECKPOINT", "checkpoint")


def artifacts_folder():
    """A folder whose files come back with the result."""
    return _folder("LABSWEEP_ARTIFACTS", "artifacts")


def _append(line):
    text = json.dumps(line, default=_plain) + "\n"
    file = os.environ.get("LABSWEEP_REPORT")
    if not file:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    # One write a line, so that processes of one trial may report into one file.
    with open(file, "ab", buffering=0) as lines:
        lines.write(text.encode("utf-8"))


def _plain(value):
    """Numbers of NumPy and PyTorch as plain ones."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no metric: report a number, a word, or true or false")


def _folder(variable, name):
    folder = Path(os.environ.get(variable) or name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
