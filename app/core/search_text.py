"""Fold text into the tokens every database indexes the same way."""

import re
import unicodedata

# Letters and digits of any script; `_` and `.` split like spaces do.
WORD = re.compile(r"[^\W_]+")
LONGEST_TOKEN = 64
MOST_QUERY_TOKENS = 16


def fold(text: str) -> str:
    """Return text without accents and case: NFKD, combining marks dropped, casefolded."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\0", " "))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def tokens(text: str) -> list[str]:
    """Return the folded words of a text in order, each at most 64 characters."""
    return [word[:LONGEST_TOKEN] for word in WORD.findall(fold(text))]


def folded(text: str) -> str:
    """Return the text as the index holds it: its tokens with single spaces."""
    return " ".join(tokens(text))


def query_tokens(text: str) -> list[str]:
    """Return at most 16 tokens to look for; the last one stands for every word that begins with it."""
    return tokens(text)[:MOST_QUERY_TOKENS]
