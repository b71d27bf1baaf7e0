"""Clips to and from editing programs: cut lists out, clips in."""
