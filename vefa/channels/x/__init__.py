"""X: public posts and direct messages of one account; see README.md beside this file."""
