"""Backups: made, damaged, brought back, kept and let go."""
