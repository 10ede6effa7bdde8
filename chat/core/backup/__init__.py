"""Everything of one person in one file, which the password opens: to keep it, and to move house."""
