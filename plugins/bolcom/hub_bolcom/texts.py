"""What bol.com accepts as a reply to a customer, as its pages for sellers say it."""

from __future__ import annotations

from dataclasses import replace

from hub import (
    STANDS_IN,
    AddedGreeting,
    Author,
    Case,
    FileTypes,
    ForbiddenWords,
    Languages,
    Limit,
    Mark,
    RuleSource,
    TextRules,
    Weight,
)
from hub.core.languages import guessed, primary
from hub.core.marketing_words import MARKETING

_MEGABYTE = 1_000_000
_UNWANTED = "https://partnerplatform.bol.com/en/idp/unwanted-communication"
_QUESTIONS = "https://partnerplatform.bol.com/help/klantvragen/klantvragen-behandelen"
_ANSWERED_SO = RuleSource(_UNWANTED, Mark.DOCUMENTED)
_IN_HIS_LANGUAGE = RuleSource("Retailer API v10, shipmentDetails.language of an order", Mark.INFERRED)
_FILES = RuleSource("bol.com publishes no limits for files; a cautious reading", Mark.ASSUMED)

_ANY_CASE = TextRules(
    adds_greeting=AddedGreeting(RuleSource(_QUESTIONS, Mark.DOCUMENTED), in_portal=True),
    marketing=ForbiddenWords(MARKETING, RuleSource(_UNWANTED, Mark.DOCUMENTED)),
    most_files=Limit(5, _FILES, weight=Weight.DOUBTED),
    largest_file=Limit(5 * _MEGABYTE, _FILES, weight=Weight.DOUBTED),
    largest_together=Limit(10 * _MEGABYTE, _FILES, weight=Weight.DOUBTED),
    file_types=FileTypes(("jpg", "jpeg", "png", "pdf"), _FILES, Weight.DOUBTED),
)


def text_rules(case: Case) -> TextRules:
    """The rules for a reply to a case."""
    language = language_of(case)
    if not language:
        return _ANY_CASE
    source = _ANSWERED_SO if language == "nl" else _IN_HIS_LANGUAGE
    return replace(_ANY_CASE, languages=Languages((language,), source))


def language_of(case: Case) -> str:
    """In which language the customer is answered: that of the order, else that of the customer's own words.

    Empty where neither tells. A notification that stands in for the customer, and the subject of a return, are in
    bol.com's own Dutch and tell nothing.
    """
    told = case.order.language if case.order is not None else ""
    if language := primary(told or case.customer.language):
        return language
    own = (m for m in case.messages if m.author is Author.CUSTOMER and STANDS_IN not in m.labels)
    return guessed("\n".join(message.text for message in own))
