"""The command line: one module per command, found by the table in `registry`."""
