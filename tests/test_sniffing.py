"""Which files are shown: by their first bytes, whatever they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.sniffing import ANYTHING, PICTURES, picture_type


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xdb", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"RIFF\x01\x02\x03\x04WEBPVP8L", "image/webp"),
        (b"RIFF\x01\x02\x03\x04WAVE", ANYTHING),
        (b" \x89PNG\r\n\x1a\n", ANYTHING),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", ANYTHING),
        (b"BM", ANYTHING),
        (b"", ANYTHING),
    ],
)
def test_a_picture_is_known_by_its_beginning(content: bytes, kind: str) -> None:
    assert picture_type(content) == kind


@given(st.binary(max_size=40))
def test_it_is_one_of_few_or_anything(content: bytes) -> None:
    assert picture_type(content) in {*PICTURES, ANYTHING}
