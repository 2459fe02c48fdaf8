"""The database that comes along: PostgreSQL's programs from a wheel, one cluster, our own child process."""
