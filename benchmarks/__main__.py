"""Every measurement, one after the other; each prints its table and keeps it in benchmarks/results."""

import subprocess
import sys

STEPS = (
    ("benchmarks.bench_door",),
    ("benchmarks.bench_flow",),
    ("benchmarks.bench_channels",),
    ("benchmarks.bench_groups",),
    ("benchmarks.bench_ring",),
    ("benchmarks.bench_cases", "--sizes", "1000,100000,1000000"),
    ("benchmarks.bench_house", "--cases", "1000000"),
)

for step in STEPS:
    subprocess.run([sys.executable, "-m", *step], check=True)
