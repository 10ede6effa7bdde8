"""Sockets and threads: what every connection of ours is made of. Knows bytes, not messages."""
