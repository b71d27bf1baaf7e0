"""Timings, as ratios to the least the same work can take; nothing here is a test."""

from app.sqlite import use_safe_sqlite

# Before anything imports the system's.
use_safe_sqlite()
