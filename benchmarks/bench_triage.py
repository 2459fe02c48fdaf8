"""How well and how fast a message is understood: services, language, danger, doubles, personal data.

python -m benchmarks.bench_triage            all of it, some two hours with the extra `semantic`
python -m benchmarks.bench_triage --quick    without other cities and without ways of romanising held out
python -m benchmarks.bench_triage --only services,tone    these parts; what was kept of the others stays
"""

import os
import sys
from importlib import import_module

import django


def main() -> None:
    """Set Django up, then measure and print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vefa.wiring.settings")
    os.environ.setdefault("VEFA_SECRET_KEY", "of a benchmark that nobody else can reach")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    django.setup()
    if sys.argv[1:] == ["--memory"]:  # a process of its own, for one figure
        import_module("benchmarks.triage_cost").tell_memory()
    else:
        import_module("benchmarks.triage_measuring").main()


if __name__ == "__main__":
    main()
