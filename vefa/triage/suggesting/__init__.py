"""A language model of the city's own choice, off by default: it may write suggestions, and nothing else."""
