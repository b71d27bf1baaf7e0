"""The little of H.264's packaging that joining encoded parts needs: ISO/IEC 14496-15, ITU-T H.264 7.3."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

IDR, SEI, SPS, PPS, DELIMITER = 5, 6, 7, 8, 9
SLICES = (1, 2, 3, 4, 5)
PROFILES_WITH_CHROMA = (100, 110, 122, 144)
LONG_LENGTHS = 0xFF
MOST_SETS = 31


@dataclass(frozen=True)
class ParameterSets:
    """The SPS and PPS units a decoder needs before the first picture."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]

    def joined(self, other: "ParameterSets") -> "ParameterSets":
        """Give both, each unit once."""
        return ParameterSets(_once(self.sps + other.sps), _once(self.pps + other.pps))

    def free_number(self) -> int:
        """Give a number no set has yet; raises ValueError when all are taken."""
        taken = {_first_number(unit[4:]) for unit in self.sps} | {_first_number(unit[1:]) for unit in self.pps}
        free = sorted(set(range(MOST_SETS + 1)) - taken)
        if not free:
            raise ValueError("every number of a parameter set is taken")
        return free[-1]

    def configuration(self) -> bytes:
        """Give the avcC record for units with four bytes of length before each."""
        first = self.sps[0]
        level = max(unit[3] for unit in self.sps)
        record = bytes([1, first[1], first[2], level, LONG_LENGTHS, 0xE0 | len(self.sps)])
        record += b"".join(len(unit).to_bytes(2) + unit for unit in self.sps)
        record += bytes([len(self.pps)]) + b"".join(len(unit).to_bytes(2) + unit for unit in self.pps)
        # 4:2:0 and eight bits: nothing else is joined here.
        return record + (bytes([0xFD, 0xF8, 0xF8, 0]) if first[1] in PROFILES_WITH_CHROMA else b"")


def parameter_sets(extradata: bytes) -> tuple[ParameterSets, int]:
    """Read the sets out of a stream's head, and the length of its lengths: 0 for start codes."""
    if extradata[:1] != b"\x01":
        units = list(units_of(extradata, 0))
        return ParameterSets(_of_kind(units, SPS), _of_kind(units, PPS)), 0
    position, found = 6, []
    counts = [extradata[5] & 0x1F]
    for round_ in range(2):
        for _ in range(counts[round_]):
            length = int.from_bytes(extradata[position : position + 2])
            found.append(extradata[position + 2 : position + 2 + length])
            position += 2 + length
        if round_ == 0:
            counts.append(extradata[position])
            position += 1
    return ParameterSets(_of_kind(found, SPS), _of_kind(found, PPS)), (extradata[4] & 3) + 1


def units_of(data: bytes, length_size: int) -> Iterator[bytes]:
    """Yield the units of a packet, without what separates them."""
    if length_size:
        position = 0
        while position + length_size <= len(data):
            length = int.from_bytes(data[position : position + length_size])
            yield data[position + length_size : position + length_size + length]
            position += length_size + length
        return
    for part in data.split(b"\0\0\1")[1:]:
        # A fourth zero of the next start code, and padding, are no part of the unit.
        yield part.rstrip(b"\0")


def with_lengths(units: Iterable[bytes]) -> bytes:
    """Join units with four bytes of length before each."""
    return b"".join(len(unit).to_bytes(4) + unit for unit in units)


def kind_of(unit: bytes) -> int:
    """Give the kind of a unit: IDR, SPS, …"""
    return unit[0] & 0x1F if unit else 0


def slices_of(data: bytes, length_size: int) -> bytes:
    """Give the coded picture of a packet alone, whatever wraps it: what a copy must not change."""
    return b"".join(unit for unit in units_of(data, length_size) if kind_of(unit) in SLICES)


def _of_kind(units: Iterable[bytes], kind: int) -> tuple[bytes, ...]:
    return tuple(unit for unit in units if kind_of(unit) == kind)


def _once(units: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(units))


def _first_number(payload: bytes) -> int:
    """Read the unsigned Exp-Golomb number a parameter set begins with."""
    bits = "".join(f"{byte:08b}" for byte in payload[:8])
    zeros = len(bits) - len(bits.lstrip("0"))
    return int(bits[zeros : 2 * zeros + 1], 2) - 1
