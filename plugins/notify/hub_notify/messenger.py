"""Telling people by a messenger: whatever apprise knows (https://github.com/caronc/apprise)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hub import ConfigurationError, Notification, Notifier, NotifierTools, Uncertain

if TYPE_CHECKING:
    from apprise import Apprise


class AppriseSettings(BaseModel):
    """The messengers to use."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    urls: tuple[SecretStr, ...] = Field(
        description="apprise addresses, each with its keys in it, and so a secret", min_length=1
    )


class AppriseNotifier(Notifier):
    """Sends notifications to messengers."""

    key = "apprise"
    title = "Messengers (apprise)"
    leaves_the_house: ClassVar[bool] = True
    Settings = AppriseSettings

    def notify(
        self,
        settings: AppriseSettings,
        notification: Notification,
        tools: NotifierTools,  # noqa: ARG002  apprise makes its own way to the web
    ) -> None:
        """Send it to each messenger.

        Apprise does not tell a refusal from an answer that was lost, so that what failed may have arrived.
        """
        messengers = [_messenger(url, number) for number, url in enumerate(settings.urls, start=1)]
        failed = [
            str(number)
            for number, messenger in enumerate(messengers, start=1)
            if not messenger.notify(body=notification.text, title=notification.title, body_format="text")
        ]
        if failed:
            which = f"no. {', '.join(failed)} of the {len(messengers)} messengers in urls"
            raise Uncertain(f"{which} did not confirm it: look there whether it has arrived, and at the address")


def _messenger(url: SecretStr, number: int) -> Apprise:
    try:
        import apprise  # noqa: PLC0415  an extra that many do without
    except ImportError as error:
        raise ConfigurationError("messengers need the library apprise: pip install 'casehub[notify]'") from error
    for name in ("apprise", "urllib3"):
        # Their logs hold whole addresses, and so the keys in them.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    messenger = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
    if not messenger.add(url.get_secret_value()):
        raise ConfigurationError(f"no. {number} of urls is no address that apprise knows: see its list of services")
    return messenger
