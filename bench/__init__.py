"""How fast it delivers, beside the least that any program would need on the same machine: docs/benchmarks.md."""
