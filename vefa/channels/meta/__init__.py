"""Messenger and Instagram: private messages and public comments of one provider."""
