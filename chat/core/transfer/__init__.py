"""Files from machine to machine: who fetches what when, and the threads that carry the bytes."""
