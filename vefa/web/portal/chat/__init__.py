"""The chat: write a line, read the answer on the same page."""
