"""Clips to and from editing programs."""
