"""Voice messages: recorded, played, and written down on this machine.

The worker's thread takes one recording after the other and has a child process decode it, find the speech
in it and write that down. `decoding`, `gate`, `engine`, `moonshine`, `whisper` and `child` run there: the rest of
this program never loads the packages that they need.
"""
