"""What requests leave behind in memory: how much that may be, how much it is, and what goes when it is too much."""
