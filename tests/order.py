"""Which files begin first where processes share the suite: the long ones, so that all end together.

Those that start the product and wait for it alternate with those that keep a browser drawing: beside each
other they leave neither a core idle nor one with two browsers.
"""

import os
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pytest

Files = dict[Path, list[pytest.Item]]


def pytest_xdist_auto_num_workers() -> int:
    """A process more than there are cores: stories wait for processes and browsers a third of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only in such a process: alone, the order is that of the folders."""
    if not hasattr(config, "workerinput"):
        return
    files: Files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    pairs = zip_longest(_marked(files, "faults"), _marked(files, "browser"))
    first = dict.fromkeys(path for pair in pairs for path in pair if path)
    items[:] = [item for path in first | dict.fromkeys(files) for item in files[path]]


def _marked(files: Files, name: str) -> Sequence[Path]:
    return [path for path, items in files.items() if any(item.get_closest_marker(name) for item in items)]
