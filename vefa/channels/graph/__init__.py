"""What WhatsApp, Messenger and Instagram have in common: one provider, one proof, one way to be called."""
