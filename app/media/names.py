"""What a file is called, made fit to be shown and stored."""

from pathlib import PurePosixPath

from app.core.texts import say

LONGEST_TITLE = 255


def title_of(filename: str) -> str:
    """Return a title made of a file name: without folders and ending, never empty."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    stem = name.rsplit(".", 1)[0] if "." in name[1:] else name
    printable = "".join(letter if letter.isprintable() else " " for letter in stem)
    return " ".join(printable.split())[:LONGEST_TITLE] or say("Untitled")


def clean_filename(filename: str) -> str:
    """Return what somebody called their file, fit to be shown and stored; it never becomes a path."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    return printable.strip()[:LONGEST_TITLE] or "untitled"
