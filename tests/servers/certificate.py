"""A certificate for servers on loopback."""

from __future__ import annotations

import ssl
from pathlib import Path

from .daemon import run


def make_certificate(folder: Path) -> Path:
    """A certificate for localhost in this folder, its key beside it as key.pem; it signs itself."""
    certificate = folder / "cert.pem"
    run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        *("-keyout", str(folder / "key.pem"), "-out", str(certificate)),
    )
    return certificate


def trust(certificate: Path) -> ssl.SSLContext:
    """What a client needs to believe a server with this certificate."""
    return ssl.create_default_context(cafile=str(certificate))


def show(certificate: Path) -> ssl.SSLContext:
    """What a server with this certificate needs to show it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context
