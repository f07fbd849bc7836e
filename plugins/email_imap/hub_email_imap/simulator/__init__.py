"""A pretended mail provider with real IMAP and SMTP servers on loopback, for tests, for the demo and for authors.

    platform = MailPlatform()
    platform.add_user("kundtjanst@shop.example", "secret")
    with MailServers(platform) as servers:
        ...  # connect to servers.host, servers.imap_port, servers.smtp_port

The modules, from the outside in: `servers` starts and stops both servers; `connection` is a socket and its client;
`imap` reads commands that `imap_sign_in`, `imap_folders` and `imap_mails` obey; `smtp` takes mail; `mailbox` holds the
state; `faults` lists what can be made to go wrong; `samples` has mails for the demo.
"""

from __future__ import annotations

from hub_email_imap.simulator.faults import ImapFaults, SmtpFaults
from hub_email_imap.simulator.mailbox import Folder, MailPlatform, SentMail, StoredMail
from hub_email_imap.simulator.samples import DemoMail, demo_mails
from hub_email_imap.simulator.servers import MailServers

__all__ = [
    "DemoMail",
    "Folder",
    "ImapFaults",
    "MailPlatform",
    "MailServers",
    "SentMail",
    "SmtpFaults",
    "StoredMail",
    "demo_mails",
]
