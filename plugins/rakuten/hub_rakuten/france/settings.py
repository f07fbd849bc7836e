"""What an operator says about a seller account at Rakuten France in hub.toml."""

from __future__ import annotations

from hashlib import sha256

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from hub import CaseType

_CLAIM_TYPES = {"DAMAGED": CaseType.COMPLAINT}  # the only one that is known in public


class FranceSettings(BaseModel):
    """The settings of one seller account."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    login: str = Field(min_length=3, description="the login of the seller account")
    token: SecretStr = Field(description="the token for web services from the seller account, not its password")

    seller_name: str = Field("", description="the name that messages have for you, if it is not the login")
    claim_types: dict[str, CaseType] = Field(
        _CLAIM_TYPES, description='which case type each type of claim is, such as {DAMAGED = "complaint"}'
    )
    requests_per_hour: int = Field(3600, ge=10, description="how often Rakuten may be asked; your quota is not public")
    base_url: str = Field("https://ws.fr.shopping.rakuten.com", description="another address is for trying things out")

    @field_validator("token")
    @classmethod
    def _is_there(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if len(text) < 3 or not text.isprintable():
            raise ValueError("a token is a word of several letters and digits")
        return token

    @property
    def own_names(self) -> frozenset[str]:
        """By which names this seller goes in messages, in small letters."""
        return frozenset({self.login.casefold(), self.seller_name.strip().casefold()} - {""})

    @property
    def fingerprint(self) -> str:
        """What tells this account from others, without telling its login or token."""
        return sha256(f"{self.login}:{self.token.get_secret_value()}".encode()).hexdigest()[:16]
