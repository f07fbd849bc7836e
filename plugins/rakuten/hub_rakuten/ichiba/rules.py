"""What RMS accepts as a reply, said before one is sent and asked once more when it is."""

from __future__ import annotations

from hub import Counted, FileTypes, ForbiddenLetters, Limit, Links, Mark, Needed, RuleSource, TextRules

HOSTS = (
    "rakuten.co.jp",
    "rakuten.ne.jp",
    "rakuten.com",
    "rakuten-bank.co.jp",
    "trafficgate.net",
    "rakuten-card.co.jp",
    "payment.sej.co.jp",
    "faq.rakuten.net",
    "support.rakuten-card.jp",
)
REPLY_SOURCE = RuleSource("RMS WEB SERVICE, inquirymngapi.reply.post", Mark.DOCUMENTED)
_LINKS = RuleSource("RMS WEB SERVICE, inquirymngapi.reply.post (its sub-domains: assumed)", Mark.DOCUMENTED)
_FILE = RuleSource("RMS WEB SERVICE, inquirymngapi.attachment.post", Mark.DOCUMENTED)

# RMS does not say how it counts: as most platforms do, the stricter reading (assumed).
RULES = TextRules(
    needs_text=Needed(REPLY_SOURCE),
    longest_text=Limit(2000, REPLY_SOURCE, Counted.UTF16),
    longest_line=Limit(300, REPLY_SOURCE, Counted.UTF16),
    links=Links(HOSTS, _LINKS, "of a parcel write the carrier's name and the number"),
    most_files=Limit(1, REPLY_SOURCE),
    largest_file=Limit(5 * 1024 * 1024, _FILE),
    no_empty_files=Needed(_FILE),
    file_types=FileTypes(("png", "jpeg", "jpg", "gif", "pdf"), _FILE),
    longest_file_name=Limit(100, _FILE),
    file_name_letters=ForbiddenLetters("[]", "nobody could fetch it again", _FILE),
)
