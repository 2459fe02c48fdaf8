"""WhatsApp through the Cloud API: see README.md beside this file."""
