"""The tests of Rushes."""
