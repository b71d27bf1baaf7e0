"""What is done to recordings: pure functions on files, run in a confined child process."""
