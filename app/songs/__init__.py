"""Songs: what is sung in recordings, their lyrics, and their voices parted from the instruments."""
