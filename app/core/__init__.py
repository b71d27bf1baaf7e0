"""Shared floor of the house: database, errors, time and the web helpers."""
