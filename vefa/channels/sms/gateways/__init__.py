"""Descriptions of HTTP gateways that come with Vefa."""
