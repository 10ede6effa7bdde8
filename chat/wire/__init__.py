"""The protocol as a pure machine: bytes, messages, states and rules.

Nothing here knows a socket, a thread, a clock or a file; time is an argument.
"""
