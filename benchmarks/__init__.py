"""Speed and memory, measured: every figure comes with its commit, machine and data."""
