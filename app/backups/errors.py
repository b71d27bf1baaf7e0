"""What keeps a backup from being made or brought back, in words for the operator."""


class BackupError(Exception):
    """The sentence says what is wrong and what to do."""
