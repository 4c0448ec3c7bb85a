"""The ways in. A door translates and does nothing else."""
