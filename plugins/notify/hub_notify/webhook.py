"""Telling a program: a signed POST, as Standard Webhooks describes it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from hub import Notification, Notifier, NotifierTools
from hub.core.standard_webhooks import signed_headers, signing_key
from hub.http import problem_with_url
from hub_notify import wire


class WebhookSettings(BaseModel):
    """Where to, and the secret that both sides know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    # Its query may hold a key, so that it is shown nowhere.
    url: str = Field(description="the address that is told: https, or http on this computer", repr=False)
    secret: SecretStr = Field(description="whsec_ and 24 to 64 random bytes in base64; the receiver checks with it")

    @field_validator("url")
    @classmethod
    def _url_is_safe(cls, url: str) -> str:
        if problem := problem_with_url(url):
            raise ValueError(problem)
        return url

    @field_validator("secret")
    @classmethod
    def _secret_is_a_key(cls, secret: SecretStr) -> SecretStr:
        signing_key(secret.get_secret_value())
        return secret


class WebhookNotifier(Notifier):
    """Posts notifications to an address, signed."""

    key = "webhook"
    title = "A signed webhook (Standard Webhooks)"
    leaves_the_house: ClassVar[bool] = True
    Settings = WebhookSettings

    def notify(self, settings: WebhookSettings, notification: Notification, tools: NotifierTools) -> None:
        """Post it; its id is the webhook-id, the same at every try, so that the receiver knows a repetition."""
        content = wire.body(notification)
        key = signing_key(settings.secret.get_secret_value())
        tools.http.post(settings.url, content, signed_headers(notification.id, tools.clock.now(), content, [key]))
