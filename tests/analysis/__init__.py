"""Tests of what machines find in recordings."""
