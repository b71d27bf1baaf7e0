"""The analysis room: what machines find in a recording: silence and scenes."""
