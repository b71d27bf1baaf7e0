"""What is sealed opens with its key, in its place, unchanged, and not otherwise."""

import base64

import pytest
import sqlalchemy as sa

from app.core.vault import KIND, Vault, give_vault, vault_for

SECRET, PLACE = "JBSWY3DPEHPK3PXP", "totp:7"


def test_what_is_sealed_opens_again_and_never_looks_the_same() -> None:
    vault = Vault("the key")
    first, second = vault.seal(SECRET, PLACE), vault.seal(SECRET, PLACE)

    assert first != second and SECRET not in first
    assert vault.open(first, PLACE) == vault.open(second, PLACE) == SECRET


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    vault = Vault("the key")

    assert vault.open(vault.seal(SECRET, PLACE), "totp:8") is None


@pytest.mark.parametrize("at", [0, 11, 12, 20, -1])
def test_one_changed_bit_shows(at: int) -> None:
    vault = Vault("the key")
    raw = bytearray(base64.urlsafe_b64decode(vault.seal(SECRET, PLACE).removeprefix(KIND)))
    raw[at] ^= 1

    assert vault.open(KIND + base64.urlsafe_b64encode(raw).decode(), PLACE) is None


@pytest.mark.parametrize("text", ["", "1.", "1.x", "1.é", "2.AAAA", SECRET])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    assert Vault("the key").open(text, PLACE) is None


def test_an_earlier_key_opens_and_seals_nothing() -> None:
    old, both = Vault("the old key"), Vault("the new key", ["the old key"])
    sealed = old.seal(SECRET, PLACE)

    assert both.open(sealed, PLACE) == SECRET and not both.is_newest(sealed, PLACE)
    assert old.open(both.seal(SECRET, PLACE), PLACE) is None
    assert Vault("the new key").open(sealed, PLACE) is None


def test_each_database_has_its_own_vault() -> None:
    one, other = sa.create_engine("sqlite://"), sa.create_engine("sqlite://")
    give_vault(one, Vault("the key"))

    assert vault_for(one).open(vault_for(one).seal(SECRET, PLACE), PLACE) == SECRET
    with pytest.raises(RuntimeError):
        vault_for(other)
