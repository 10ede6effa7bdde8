"""The face: command line, command table, prompt, and the one place that prints."""
