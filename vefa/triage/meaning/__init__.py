"""What cases, phrases and services mean, stored as vectors by a quiet job, and found by meaning."""
