"""The chat on the portal: a page of our own, no provider; see README.md beside this file."""
