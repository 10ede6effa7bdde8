"""A child process that never answers."""

import threading

threading.Event().wait()
