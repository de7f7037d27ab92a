"""Generate ids and all other chance from seed, kind and ordinal.

Ids of one kind are a permutation of all that its form allows, so they never repeat, and do not depend on other kinds.
"""

from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

DIGITS = "0123456789"
HEX = "0123456789abcdef"
ALPHANUMERIC = "0123456789abcdefghijklmnopqrstuvwxyz"

_ROUNDS = 3


class IdForm(Struct, frozen=True):
    """Form of a kind's ids: a prefix, then characters of an alphabet."""

    prefix: str
    alphabet: str
    length: int

    @property
    def size(self) -> int:
        """Number of ids of this form."""
        size: int = len(self.alphabet) ** self.length
        return size

    def fits(self, text: str) -> bool:
        """Return whether the text has this form, or a shorter one."""
        tail = text.removeprefix(self.prefix)
        return text.startswith(self.prefix) and 0 < len(tail) <= self.length and set(tail) <= set(self.alphabet)


def make_id(form: IdForm, *, seed: int, kind: str, ordinal: int) -> str:
    """Return the kind's id with this ordinal, counted from 0."""
    size = form.size
    number = permute(ordinal % size, size, seed=seed, kind=kind)
    base, pairs, made = len(form.alphabet), _pairs(form.alphabet), ""
    for _ in range(form.length // 2):
        number, pair = divmod(number, base * base)
        made = pairs[pair] + made
    return form.prefix + (form.alphabet[number] if form.length % 2 else "") + made


def permute(number: int, size: int, *, seed: int, kind: str) -> int:
    """Return the number's image in the permutation of seed and kind.

    Numbers are mixed in the next power of two; those that land beyond `size` are mixed again until they do not
    (cycle walking), which keeps the permutation one.
    """
    bits = max((size - 1).bit_length(), 2)
    mask, half = (1 << bits) - 1, (bits + 1) // 2
    keys = _keys(seed, kind)
    while True:
        for multiplier, offset in keys:
            number = (number * multiplier + offset) & mask
            number ^= number >> half
        if number < size:
            return number


def choose(size: int, *, seed: int, kind: str, ordinal: int) -> int:
    """Return a pseudorandom number below `size`; it may repeat."""
    return permute(ordinal, 1 << 62, seed=seed, kind=kind) % size


def digest(text: str, length: int = 16) -> str:
    """Return a hexadecimal digest of the text."""
    return blake2b(text.encode(), digest_size=length // 2).hexdigest()


@lru_cache(maxsize=16)
def _pairs(alphabet: str) -> tuple[str, ...]:
    """Return all pairs of characters in counting order; pairs are faster."""
    return tuple(first + second for first in alphabet for second in alphabet)


@lru_cache(maxsize=4096)
def _keys(seed: int, kind: str) -> tuple[tuple[int, int], ...]:
    """Return odd multipliers and offsets for each round, which can be inverted."""
    material = blake2b(f"{seed}/{kind}".encode(), digest_size=16 * _ROUNDS).digest()
    numbers = [int.from_bytes(material[at : at + 8]) for at in range(0, len(material), 8)]
    return tuple((numbers[at] | 1, numbers[at + 1]) for at in range(0, len(numbers), 2))
