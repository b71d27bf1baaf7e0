"""The transcripts room: what is said in a recording, line by line, by whom, and every correction of it."""
