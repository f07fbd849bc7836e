"""The IMAP commands that need nobody to be signed in, and signing in itself."""

from __future__ import annotations

import binascii
from base64 import b64decode

from hub_email_imap.simulator.imap_session import Handler, ImapSession
from hub_email_imap.simulator.syntax import BadCommand, Command, Refusal


def _capability(session: ImapSession, _command: Command) -> str:
    session.send_line(f"* CAPABILITY {session.capabilities}")
    return "Capability completed."


def _nothing(_session: ImapSession, command: Command) -> str:
    return f"{command.name.capitalize()} completed."


def _id(session: ImapSession, _command: Command) -> str:
    session.send_line('* ID ("name" "casehub pretended mail server")')
    return "ID completed."


def _logout(session: ImapSession, _command: Command) -> str:
    session.send_line("* BYE Logging out")
    session.leaving = True
    return "Logout completed."


def _starttls(session: ImapSession, _command: Command) -> str:
    if not session.offers_starttls:
        raise BadCommand("TLS is not available now.")
    session.starting_tls = True
    return "Begin TLS negotiation now."


def _login(session: ImapSession, command: Command) -> str:
    return _sign_in(session, command.arguments.text(), command.arguments.text())


def _authenticate(session: ImapSession, command: Command) -> str:
    """SASL PLAIN (RFC 4616), with the credentials in the command (RFC 4959) or in a line of their own."""
    if command.arguments.text().upper() != "PLAIN":
        raise Refusal("[CANNOT] Unsupported authentication mechanism.")
    if command.arguments:
        response = command.arguments.word()
    else:
        session.send_line("+ ")
        session.flush()
        response = session.read_line()
    return _sign_in(session, *_plain(response))


def _plain(response: bytes) -> tuple[str, str]:
    try:
        _, user, password = b64decode(response, validate=True).decode().split("\0")
    except (binascii.Error, ValueError) as error:
        raise BadCommand("Invalid authentication data.") from error
    return user, password


def _sign_in(session: ImapSession, user: str, password: str) -> str:
    if session.offers_starttls:
        raise Refusal("[PRIVACYREQUIRED] Start TLS before you sign in.")
    if session.user:
        raise BadCommand("Already signed in.")
    if session.faults.meet("wrong password") or not session.platform.may_sign_in(user, password):
        raise Refusal("[AUTHENTICATIONFAILED] Authentication failed.")
    session.user = user
    return f"[CAPABILITY {session.capabilities}] Logged in"


COMMANDS: dict[str, Handler] = {
    "CAPABILITY": _capability,
    "NOOP": _nothing,
    "ID": _id,
    "LOGOUT": _logout,
    "STARTTLS": _starttls,
    "LOGIN": _login,
    "AUTHENTICATE": _authenticate,
}
