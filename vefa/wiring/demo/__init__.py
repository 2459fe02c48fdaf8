"""The invented city of Pınarova: its folder, what its people say, and months of history made of it."""
