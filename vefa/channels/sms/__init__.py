"""SMS through Kannel, any HTTP gateway, Twilio, or SMPP; each gateway has its file, the text has one."""
