"""Timings as ratios to the ffmpeg command line doing the same work on the same file; `make bench` prints them."""
