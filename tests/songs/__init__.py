"""Songs: lyrics, stems, and the pages of both."""
