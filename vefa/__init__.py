"""Vefa, the contact centre of a municipality."""
