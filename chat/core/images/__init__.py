"""Images: what they tell of where they were taken is removed, and a small one of them can be looked at.

An image is read by a process of its own that gave up everything else first: one that makes the decoder
crash, or eats its memory, ends that process and nothing more.
"""
