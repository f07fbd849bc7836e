"""What an operator says about a shop at Rakuten Ichiba in hub.toml."""

from __future__ import annotations

from hashlib import sha256

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class IchibaSettings(BaseModel):
    """The settings of one shop."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    shop_id: int = Field(ge=1, description="the shop's number; RMS shows it, and order numbers begin with it")
    service_secret: SecretStr = Field(description="the serviceSecret of RMS WEB SERVICE (SP…)")
    license_key: SecretStr = Field(description="the licenseKey of RMS WEB SERVICE (SL…); it lives for 90 days")

    shop_name: str = Field("", description="the name in which the shop writes to customers")
    requests_per_second: int = Field(1, ge=1, le=10, description="how often RMS may be asked; 1 is what is known")
    base_url: str = Field("https://api.rms.rakuten.co.jp", description="another address is for trying things out")

    @field_validator("service_secret", "license_key")
    @classmethod
    def _can_be_one(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if not text or len(text) > 50 or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("such a key has at most 50 letters and digits, without a space")
        return secret

    @property
    def fingerprint(self) -> str:
        """What tells one licence key from the next, without telling it."""
        return sha256(self.license_key.get_secret_value().encode()).hexdigest()[:16]
