"""People and where they can be reached.

Owns citizens, addresses, consent and merging. Promises that a merge can be undone without loss.
"""
