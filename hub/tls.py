"""The one set-up of connections: certificates and host names are checked, TLS 1.2 or newer (RFC 9325)."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from hub.errors import ConfigurationError

# OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED and X509_V_ERR_HOSTNAME_MISMATCH.
_EXPIRED, _ANOTHER_HOST = 10, 62


def context(ca_file: Path | None) -> ssl.SSLContext:
    """A checking context that trusts the system's authorities, and a private one if given."""
    checking = ssl.create_default_context()
    checking.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            checking.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(f"ca_file: {ca_file} cannot be read as PEM certificates") from error
    return checking


def send_at_once(connection: socket.socket | None) -> None:
    """Let small packets leave at once: else the end of a mail waits for the receipt of its last part, 40 ms or more."""
    if connection is not None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def advice(error: ssl.SSLError, host: str) -> str:
    """What a failed TLS handshake means and what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == _EXPIRED:
            return f"the certificate of {host} has expired; only whoever runs that server can renew it"
        if error.verify_code == _ANOTHER_HOST:
            return f"the certificate is not one of {host}; check the name of the host"
        return (
            f"the certificate of {host} is not trusted ({error.verify_message}); check the host name, "
            "or name your own authority in ca_file"
        )
    return f"{host} does not speak TLS on this port; check the port and whether it wants starttls"
