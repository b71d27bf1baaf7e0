"""Tests of the tags room."""
