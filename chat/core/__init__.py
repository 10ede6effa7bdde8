"""What client.py runs: the node, its conversations, its database's writer, and the line to the registry."""
