"""What server.py serves: accounts, certificates, and who can be found where. Never a message."""
