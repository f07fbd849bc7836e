"""A small page to control a pretended platform: plain forms, no script, nothing from elsewhere.

Whoever opens another page in the same browser must not be able to send these forms: the path holds a random word, and a
request that came for another host than this very server is refused.
"""

from __future__ import annotations

import secrets
from html import escape

from hub.errors import HubError
from hub.http.exchange import Headers, Request, Response
from hub.testing.control import Control

_STYLE = (
    "body{font:16px sans-serif;max-width:60em;margin:2em auto}input,select,button{font:inherit}"
    "pre{background:#eee;padding:.5em;white-space:pre-wrap}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": _POLICY,
}
_MOST = 100_000


class ControlPage:
    """Answers requests for the page, and does what its forms say."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._path = f"/{secrets.token_urlsafe(16)}/"
        self._said = ""
        self.hosts: frozenset[str] = frozenset()

    def address(self, served_at: str) -> str:
        """Where the page is, once it is served there; only requests for that host are answered."""
        host, _, port = served_at.partition("://")[2].partition(":")
        self.hosts = frozenset({f"{host}:{port}", f"localhost:{port}"})
        return f"{served_at}{self._path}"

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        if request.headers.get("host") not in self.hosts:
            return Response.of_text("this page is for this computer alone", 421)
        if not secrets.compare_digest(request.path.encode(), self._path.encode()):
            return Response.of_text("there is nothing here; the terminal shows the address of the page", 404)
        if request.method == "POST":
            self._said = self._done(request)
            return Response(303, headers=Headers({"location": self._path}))
        if request.method not in ("GET", "HEAD"):
            return Response.of_text("this page is looked at and its forms are sent", 405)
        return Response(200, self._page().encode(), Headers(_HEADERS))

    def _done(self, request: Request) -> str:
        if len(request.body) > _MOST:
            return f"a form of this page has at most {_MOST:,} letters"
        fields = request.form
        words = [fields.get(name, "").strip() for name in ("deed", "case", "fault", "times", "wait", "text")]
        try:
            return self._control.tell(" ".join(" ".join(word.split()) for word in words if word))
        except HubError as error:
            return str(error)

    def _page(self) -> str:
        control, platform = self._control, self._control.platform
        title = escape(f"{platform.adapter.title}, pretended")
        cases = "".join(
            f'<option value="{escape(ref)}">{escape(f"{ref} {text}")}' for ref, text in control.cases.items()
        )
        chosen = f'<select name="case" aria-label="Case">{cases}</select>'
        text = '<input name="text" size="60" required aria-label="Text">'
        faults = "".join(f"<option>{escape(fault)}" for fault in sorted(platform.faults))
        forms = [
            _form("new", "A customer writes", text),
            _form("write", "The customer of a case writes again", f"{chosen} {text}"),
            _form("answer", "Somebody answers on the platform itself", f"{chosen} {text}"),
            _form("clock", "Let time pass", '<input name="text" value="1h" size="8" required aria-label="How long">'),
            _form(
                "fail",
                "Let something go wrong",
                f'<select name="fault" aria-label="What">{faults}</select> '
                '<select name="times" aria-label="How often"><option value="1">once<option value="3">3 times'
                '<option value="always">from now on</select>',
            ),
            _form("mend", "Let nothing go wrong any more", ""),
        ]
        shown = [(name, control.tell(name)) for name in ("clock", "received", "requests")]
        lists = "".join(f"<h2>{name}</h2><pre>{escape(said)}</pre>" for name, said in shown)
        said = f"<p role=status><strong>{escape(self._said)}</strong></p>" if self._said else ""
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        return f"{head}<h1>{title}</h1>{said}{''.join(forms)}{lists}"


def _form(deed: str, legend: str, fields: str) -> str:
    hidden = f'<input type="hidden" name="deed" value="{deed}">'
    inside = f"<legend>{escape(legend)}</legend>{hidden}{fields} <button>Do it</button>"
    return f'<form method="post"><fieldset>{inside}</fieldset></form>'
