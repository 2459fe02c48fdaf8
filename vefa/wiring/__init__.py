"""Settings, URLs, the flow from event to reaction, and the commands: the only room that knows all others."""
