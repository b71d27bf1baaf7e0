"""The index room: the folded words of everything, kept in the same transaction as the things."""
