"""The clips room: clips as [in, out) frames, their overlaps and their renders."""
