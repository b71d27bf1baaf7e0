"""Copies of the database: made while it is in use, proved readable, kept for a while, and brought back."""
