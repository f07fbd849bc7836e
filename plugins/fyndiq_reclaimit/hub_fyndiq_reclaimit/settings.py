"""What an operator says about an account in Reclaimit in hub.toml."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator

from hub.http import problem_with_url
from hub_fyndiq_reclaimit import words

Marketplace = Literal["fyndiq", "cdon"]


class ReclaimitSettings(BaseModel):
    """The settings of one seller account."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str = Field(
        description="where the errand contract of docs/fyndiq.md is served (Reclaimit publishes none); "
        'base_url = "" reads no errands, and looks up the orders of cases that came by mail'
    )

    merchant_id: str = Field("", description="the account's id at base_url")
    token: SecretStr | None = Field(None, description="the account's token at base_url")
    marketplaces: tuple[Marketplace, ...] = Field(
        ("fyndiq", "cdon"), description="whose errands are read", min_length=1
    )
    calls_per_minute: int = Field(30, ge=1, le=6000, description="how often the errands' server is asked at most")
    page_size: int = Field(100, ge=1, le=1000, description="how many errands are asked for at once")
    largest_attachment_mb: int = Field(20, ge=1, le=100, description="larger attachments are left in Reclaimit")
    fyndiq_orders_url: str = Field(
        "https://merchants-api.fyndiq.se/api/v1", description="Fyndiq's merchant API, for the value of orders"
    )
    fyndiq_orders_merchant_id: str = Field("", description="the merchant id there; without it no order is looked up")
    fyndiq_orders_token: SecretStr | None = Field(None, description="the token there")
    cdon_orders_url: str = Field(
        "https://merchants-api.cdon.com/api/v1", description="CDON's merchant API, for the value of orders"
    )
    cdon_orders_merchant_id: str = Field("", description="the merchant id there; without it no order is looked up")
    cdon_orders_token: SecretStr | None = Field(None, description="the token there")

    @field_validator("base_url", "fyndiq_orders_url", "cdon_orders_url")
    @classmethod
    def _address_is_safe(cls, url: str, info: ValidationInfo) -> str:
        problem = problem_with_url(url)
        if problem and (url or info.field_name != "base_url"):
            raise ValueError(f"the address {problem}")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _orders_have_both_or_none(self) -> Self:
        for name in (words.FYNDIQ, words.CDON):
            given = bool(getattr(self, f"{name}_orders_merchant_id"))
            if given is not (getattr(self, f"{name}_orders_token") is not None):
                raise ValueError(f"{name}_orders_merchant_id and {name}_orders_token are given together or not at all")
        return self

    @model_validator(mode="after")
    def _there_is_something_to_do(self) -> Self:
        if self.base_url and not (self.merchant_id and self.token is not None):
            raise ValueError("base_url needs merchant_id and token, those of the account there")
        if not self.base_url and not any(self.orders_of(name) for name in (words.FYNDIQ, words.CDON)):
            raise ValueError('base_url = "" leaves orders to look up: give the credentials of a merchant API for them')
        return self

    def orders_of(self, marketplace: str) -> tuple[str, str, SecretStr] | None:
        """Address, merchant id and token of a marketplace's merchant API, if the operator gave them."""
        token: SecretStr | None = getattr(self, f"{marketplace}_orders_token")
        if token is None:
            return None
        return getattr(self, f"{marketplace}_orders_url"), getattr(self, f"{marketplace}_orders_merchant_id"), token
