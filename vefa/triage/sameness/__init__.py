"""Whether two reports are about the same thing: place, service, number and time decide, never words alone."""
