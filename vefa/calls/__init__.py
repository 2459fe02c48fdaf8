"""Telephone calls: the register, who is at the telephone, whom to call back, what is measured.

What exchanges tell comes through the inbox like everything else; `applying` makes the register of it.
"""
