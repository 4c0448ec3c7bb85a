"""Make the signature vectors: a module for each scheme, and what they share."""
