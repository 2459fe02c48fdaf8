"""Several commands of `vefa` in one process: python -m tests.faults.furnishing '[["load", "city"], …]'."""

import json
import sys

from vefa.wiring.cli.main import main

if __name__ == "__main__":
    sys.exit(max(main(words) for words in json.loads(sys.argv[1])))
