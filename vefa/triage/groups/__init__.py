"""Groups: matters found in talk, and whose they are."""
