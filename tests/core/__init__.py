"""Tests of the pieces every room stands on."""
