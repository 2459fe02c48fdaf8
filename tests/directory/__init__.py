"""Stories about the directory of Pınarova."""
