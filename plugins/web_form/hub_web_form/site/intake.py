"""What contact page and self-service share when something comes in."""

from __future__ import annotations

from collections.abc import Sequence

from hub import HubError
from hub_web_form.entries import StoredFile
from hub_web_form.site.shop import Shop
from hub_web_form.site.uploads import Upload, clean_name, type_of


def stored_files(shop: Shop, uploads: Sequence[Upload]) -> tuple[StoredFile, ...]:
    """The files, kept beside the journal."""
    found = []
    for number, upload in enumerate(uploads, start=1):
        media_type = type_of(upload.content)
        name = clean_name(upload.name, media_type, number)
        found.append(StoredFile(name, media_type, len(upload.content), shop.journal.keep(upload.content)))
    return tuple(found)


def taken_in(shop: Shop) -> bool:
    """Let the hub read what was written; where it cannot now, the next round does, and nothing is lost."""
    try:
        return shop.desk.take_in()
    except HubError as error:
        shop.tools.log.warning("what came in at the front door waits for the next round", why=str(error))
        return False
