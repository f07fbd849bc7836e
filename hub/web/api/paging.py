"""Where a list goes on: the Link header to the next page."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request


def link_to_next(request: Request, cursor: str) -> dict[str, str]:
    """The Link header (RFC 8288) to the next page, where there is one."""
    if not cursor:
        return {}
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return {"Link": f'<{request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'}
