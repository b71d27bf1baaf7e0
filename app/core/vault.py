"""Secrets that must be read again lie sealed in the database: AES-256-GCM under keys made of the installation's own."""

import base64
import os
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

KEY_BYTES = 32
NONCE_BYTES = 12
# What a sealed text begins with, so that another way of sealing can be told from this one.
KIND = "1."


class Vault:
    """Seals with the present key, and opens with it or one of the earlier ones."""

    def __init__(self, key: str, earlier: Sequence[str] = ()) -> None:
        self._ciphers = [AESGCM(_derived(each)) for each in (key, *earlier)]

    def seal(self, text: str, belongs_to: str) -> str:
        """Return the text sealed: it opens again for `belongs_to` alone, so that rows cannot be exchanged."""
        nonce = os.urandom(NONCE_BYTES)
        closed = self._ciphers[0].encrypt(nonce, text.encode(), belongs_to.encode())
        return KIND + base64.urlsafe_b64encode(nonce + closed).decode()

    def open(self, sealed: str, belongs_to: str) -> str | None:
        """Return what was sealed; None where no key of ours fits, it was changed, or it belongs elsewhere."""
        return next((text for _, text in self._tries(sealed, belongs_to) if text is not None), None)

    def is_newest(self, sealed: str, belongs_to: str) -> bool:
        """Say whether the present key opens it."""
        return any(text is not None for number, text in self._tries(sealed, belongs_to) if number == 0)

    def _tries(self, sealed: str, belongs_to: str) -> list[tuple[int, str | None]]:
        if not sealed.startswith(KIND):
            return []
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(KIND).encode())
        except ValueError:
            return []
        return [(number, _opened(cipher, raw, belongs_to)) for number, cipher in enumerate(self._ciphers)]


def _opened(cipher: AESGCM, raw: bytes, belongs_to: str) -> str | None:
    try:
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], belongs_to.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _derived(key: str) -> bytes:
    """Return a key for this use alone: whoever learns it signs no cookie with it."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"rushes vault 1").derive(key.encode())


_vaults: WeakKeyDictionary[Engine, Vault] = WeakKeyDictionary()


def give_vault(engine: Engine, vault: Vault) -> None:
    """Say which vault the secrets of this database are sealed by."""
    _vaults[engine] = vault


def vault_for(bind: Engine | Connection) -> Vault:
    """Return the vault of a database; raises RuntimeError where none was given."""
    vault = _vaults.get(bind.engine)
    if vault is None:
        raise RuntimeError("no vault was given to this database")
    return vault


def vault_of(session: Session) -> Vault:
    """Return the vault of the database a session writes to."""
    return vault_for(session.get_bind())
