"""What an operator says about a bol.com account in hub.toml."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from hub.http import problem_with_url
from hub_bolcom.figures import Indicator

Fulfilment = Literal["FBR", "FBB"]


class BolSettings(BaseModel):
    """The settings of one seller account."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    client_id: str = Field(
        description="the client id of your API credentials: seller account, Settings > Services > API Settings",
        min_length=1,
    )
    client_secret: SecretStr = Field(description="their secret")
    base_url: str = Field("https://api.bol.com", description="where the Retailer API is")
    token_url: str = Field("https://login.bol.com/token", description="where it hands out tokens")
    demo: bool = Field(False, description="true for bol.com's demo, whose answers are always the same")
    fulfilment: tuple[Fulfilment, ...] = Field(
        ("FBR", "FBB"),
        description="whose returns are read: FBR for those you ship yourself, FBB for logistics via bol",
        min_length=1,
    )
    indicators: tuple[Indicator, ...] = Field(
        ("RESPONSE_TIME", "PHONE_AVAILABILITY", "CASE_ITEM_RATIO"), description="which of bol.com's scores are shown"
    )
    indicator_weeks: int = Field(
        3, ge=1, le=30, description="of how many weeks, this one among them; asked for once a day"
    )

    @field_validator("base_url", "token_url")
    @classmethod
    def _reaches_the_web(cls, url: str) -> str:
        if problem := problem_with_url(url):
            raise ValueError(problem)
        return url.rstrip("/")

    @field_validator("fulfilment", "indicators")
    @classmethod
    def _each_once(cls, chosen: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chosen))

    def path(self, room: Literal["retailer", "shared"], rest: str) -> str:
        """The path of a resource, in the demo too."""
        return f"/{room}{'-demo' if self.demo else ''}/{rest}"
