"""Passwords as argon2id hashes; the only importer of argon2."""

from __future__ import annotations

import secrets
from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from hub.core.password_rules import LONGEST, normal
from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html: argon2id with 19 MiB, two rounds.
_MEMORY_KIB, _ROUNDS, _LANES = 19 * 1024, 2, 1
_AT_ONCE = 2


class Passwords:
    """Makes hashes of passwords and holds passwords against them; any thread may use it.

    Only a few at once are worked on: each takes 19 MiB, and many that sign in at the same time must not take all there
    is. Whether there is a hash at all makes no difference in time.
    """

    def __init__(self, memory_kib: int = _MEMORY_KIB, rounds: int = _ROUNDS) -> None:
        self._memory, self._rounds = memory_kib, rounds
        self._places = BoundedSemaphore(_AT_ONCE)

    def hashed(self, password: str) -> str:
        """The hash to keep of a password."""
        with self._places:
            return self._hasher.hash(normal(password))

    def fits(self, hashed: str, password: str) -> bool:
        """Whether a password is the one of a hash; of no hash (empty) it never is."""
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415  see _hasher

        is_real = bool(hashed) and len(password) <= LONGEST
        stand_in = self._nobody
        given = normal(password) if is_real else "somebody's guess"
        with self._places:
            try:
                self._hasher.verify(hashed if is_real else stand_in, given)
            except (VerificationError, InvalidHashError):
                return False
        return is_real

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(hashed)

    @cached_property
    def _hasher(self) -> PasswordHasher:
        try:
            from argon2 import PasswordHasher  # noqa: PLC0415  an extra that a hub without people does without
        except ImportError as error:
            raise ConfigurationError("passwords need the library argon2-cffi: pip install 'casehub[web]'") from error
        return PasswordHasher(time_cost=self._rounds, memory_cost=self._memory, parallelism=_LANES)

    @cached_property
    def _nobody(self) -> str:
        """What is held against the password of somebody who is not there."""
        return self._hasher.hash(secrets.token_hex(16))
