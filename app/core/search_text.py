"""Fold text into the tokens every database indexes the same way."""

import re
import unicodedata

# Letters and digits of any script; `_` and `.` split like spaces do.
WORD = re.compile(r"[^\W_]+")
# Beyond the first 65,536 characters: MariaDB's index takes none of them for letters.
FAR = re.compile("[\U00010000-\U0010ffff]")
# Two Yi syllables stand for one of them, ten bits each: letters to every index, without case or accents.
YI = 0xA000
LONGEST_TOKEN = 64
MOST_QUERY_TOKENS = 16


def fold(text: str) -> str:
    """Return text without accents and case: NFKD, combining marks dropped, casefolded."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\0", " "))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def tokens(text: str) -> list[str]:
    """Return the folded words of a text in order, each at most 64 characters that every index takes for letters."""
    return [FAR.sub(_near, word)[:LONGEST_TOKEN] for word in WORD.findall(fold(text))]


def folded(text: str) -> str:
    """Return the text as the index holds it: its tokens with single spaces."""
    return " ".join(tokens(text))


def query_tokens(text: str) -> list[str]:
    """Return at most 16 tokens to look for; the last one stands for every word that begins with it."""
    return tokens(text)[:MOST_QUERY_TOKENS]


def _near(letter: re.Match[str]) -> str:
    number = ord(letter.group()) - 0x10000
    return chr(YI + (number >> 10)) + chr(YI + (number & 0x3FF))
