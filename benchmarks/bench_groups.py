"""How many messages of groups one worker reads a second: what they say, whose matter it is, and all its rows.

python -m benchmarks.bench_groups --messages 6000
"""

import os
from importlib import import_module

import django


def main() -> None:
    """Set Django up, then measure and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vefa.wiring.settings")
    os.environ.setdefault("VEFA_SECRET_KEY", "of a benchmark that nobody else can reach")
    django.setup()
    import_module("benchmarks.group_reading").main()


if __name__ == "__main__":
    main()
