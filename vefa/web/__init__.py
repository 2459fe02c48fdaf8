"""The only room that speaks HTTP. Decides nothing and touches no table by itself."""
