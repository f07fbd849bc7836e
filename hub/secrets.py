"""Secrets: looked up where hub.toml only names them, and the hub's own signing key."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from hub.complaints import KeyPath, holds_secret, models_in
from hub.environment import EnvironmentText, decoded
from hub.errors import ConfigurationError

KEY_FILE = "secret.key"
_KEY_SIZE = 32
_KINDS = ("env:", "file:", "keyring:")
_BY_REFERENCE = 'write "env:NAME", "file:/path" or "keyring:service/user"'


def resolved(
    model: type[BaseModel], values: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], dict[KeyPath, str]]:
    """The values with each reference to a secret replaced by the secret, and what is wrong, by key path.

    A secret that cannot be had is left out of the values. Relative files are meant from `folder`.
    """
    out: dict[str, Any] = {}
    wrong: dict[KeyPath, str] = {}
    for key, written in values.items():
        field = model.model_fields.get(key)
        annotation = field.annotation if field else None
        value = decoded(written, annotation)
        inner = models_in(annotation)
        if inner and isinstance(value, Mapping):
            out[key], problems = resolved(inner[0], value, folder)
            wrong |= {(key, *path): text for path, text in problems.items()}
        elif holds_secret(annotation):
            try:
                out[key] = _revealed(value, folder)
            except ConfigurationError as error:
                wrong[(key,)] = str(error)
        else:
            out[key] = str(value) if isinstance(value, EnvironmentText) else value
    return out, wrong


def is_reference(value: object) -> bool:
    """Whether this names where a secret is kept instead of holding it."""
    return isinstance(value, str) and value.startswith(_KINDS)


def look_up(reference: str, folder: Path) -> SecretStr:
    """The secret a reference names; ConfigurationError names the reference if it cannot be had."""
    kind, _, where = reference.partition(":")
    if kind == "env":
        secret = os.environ.get(where)
        problem = "that environment variable is not set"
    elif kind == "file":
        secret, problem = _first_line(folder / Path(where).expanduser())
    else:
        secret, problem = _from_keyring(where)
    if secret is None:
        raise ConfigurationError(f"names {reference}, but {problem}")
    if not secret:
        raise ConfigurationError(f"names {reference}, but that is empty")
    return SecretStr(secret)


def signing_key(data: Path) -> bytes:
    """The hub's own key, made at first use and never replaced: what it has signed must be known for ever."""
    path = data / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        with path.open("rb") as file:
            mode, key = os.fstat(file.fileno()).st_mode, file.read(_KEY_SIZE + 1)
    except OSError as error:
        raise ConfigurationError(f"the signing key {path} cannot be used: {error.strerror}") from error
    if os.name == "posix" and mode & 0o077:
        raise ConfigurationError(f"the signing key {path} is open to other users: run `chmod 600 {path}`")
    if len(key) != _KEY_SIZE:
        raise ConfigurationError(f"the signing key {path} is damaged: put it back from a backup")
    return key


def signer(key: bytes, channel: str) -> Callable[[str], str]:
    """A function that signs texts for one channel: HMAC-SHA256, in small letters and digits."""
    of_channel = hmac.digest(key, f"casehub channel {channel}".encode(), hashlib.sha256)
    return lambda text: hmac.new(of_channel, text.encode(), hashlib.sha256).hexdigest()


def webhook_key(key: bytes, endpoint: str, generation: int) -> bytes:
    """The key that signs for an endpoint; it follows from the hub's own, so that no database holds it."""
    return hmac.digest(key, f"casehub webhook {endpoint} {generation}".encode(), hashlib.sha256)


def _revealed(value: object, folder: Path) -> object:
    """The value with every text in it looked up; only the environment may hold a secret itself."""
    if isinstance(value, Mapping):
        return {key: _revealed(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_revealed(item, folder) for item in value]
    if isinstance(value, str) and is_reference(value):
        return look_up(value, folder)
    if isinstance(value, EnvironmentText):
        return SecretStr(str(value))
    raise ConfigurationError(f"must not hold the secret itself; {_BY_REFERENCE}")


def _first_line(path: Path) -> tuple[str | None, str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            # Whoever may write the file may decide which account we sign in to.
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o022:
                return None, f"other users may write that file: run `chmod go-w {path}`"
            return file.readline().rstrip("\r\n"), ""
    except OSError as error:
        return None, f"that file cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return None, "that file is not UTF-8 text"


def _from_keyring(where: str) -> tuple[str | None, str]:
    service, _, user = where.rpartition("/")
    if not service or not user:
        return None, "a keyring reference is keyring:service/user"
    try:
        import keyring  # noqa: PLC0415  an extra that most do without
        from keyring.errors import KeyringError  # noqa: PLC0415  the same
    except ImportError:
        return None, "the keyring library is not installed: pip install 'casehub[keyring]'"
    try:
        secret = keyring.get_password(service, user)
    except KeyringError as error:
        return None, f"the system's keyring does not answer ({type(error).__name__}): is it unlocked?"
    return secret, f"the keyring has no such entry: run `keyring set {service} {user}`"


def _make_key(path: Path) -> None:
    """Write a new key under another name, then give it its name unless somebody was quicker: it is never half there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
