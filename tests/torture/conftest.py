"""The tally of the large proofs."""

import pytest

from tests.torture import tally as tallies


@pytest.fixture
def tally() -> tallies.Tally:
    """Return the way to time a proof and note what it came to."""
    return tallies.tally
