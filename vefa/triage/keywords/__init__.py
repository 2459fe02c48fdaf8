"""Words and codes that mean something by themselves: STOP, HELP, 31 for solved. Each city says which."""
