"""How hard the tests try that have chance in them, and where that chance starts: all that they take from outside.

A run without SEED takes a fresh one, and prints it if anything fails. `make soak` asks for more of everything.
"""

import os
import random

SEED = int(os.environ.setdefault("SEED", str(random.randrange(1, 1 << 32))))  # one for all processes of a run
SIMULATION_EXAMPLES = int(os.environ.get("SIMULATION_EXAMPLES", "100"))
STORM_S = float(os.environ.get("STORM_SECONDS", "8"))
CRASH_ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))
LINK_CUTS = int(os.environ.get("LINK_CUTS", "100"))
