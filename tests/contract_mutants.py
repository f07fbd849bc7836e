"""Every mutant by what is wrong with it, with the promise that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import hub
from hub.scaffold.acme.adapter import AcmeAdapter
from hub.testing import Fault
from tests import contract_bases as bases
from tests import mutants_of_capabilities as capabilities
from tests import mutants_of_pages as pages
from tests import mutants_of_reading as reading
from tests import mutants_of_writing as writing
from tests.contract_bases import Make, made_of


@dataclass(frozen=True)
class Mutant:
    """An adapter with a mistake, the promise that it breaks, and those that it cannot help breaking with it."""

    promise: int
    make: Make
    also: tuple[int, ...] = ()
    clean_up: Callable[[], None] = field(default=lambda: None)


def _offers_of(change: Callable[[hub.Offer], list[hub.Offer]]) -> dict[str, Any]:
    def offers(self: hub.Adapter, case: hub.Case, settings: Any) -> list[hub.Offer]:
        del self
        return [new for offer in AcmeAdapter().offers(case, settings) for new in change(offer)]

    return {"offers": offers}


_STEPS = AcmeAdapter.portal_steps
_NO_STEP = {"portal_steps": {**_STEPS, hub.Capability.NOTE: ""}}

MUTANTS = {
    "a setting that is none": Mutant(1, made_of(simulator=reading.WrongShop)),
    "a setting that takes anything": Mutant(1, made_of(adapter={"Settings": reading.AnyShop})),
    "a token in plain text": Mutant(1, made_of(reading.WrapsToken, adapter={"Settings": reading.PlainToken})),
    "a token in the log": Mutant(1, made_of(reading.LogsToken)),
    "a token in the checkpoint": Mutant(1, made_of(reading.RemembersToken)),
    "a check that is never content": Mutant(2, made_of(reading.NeverFine)),
    "a check that is always content": Mutant(2, made_of(reading.AlwaysFine)),
    "a check that says one thing only": Mutant(2, made_of(reading.SaysOneThing)),
    "a check that writes": Mutant(2, made_of(reading.WritesInCheck)),
    "references of the run": Mutant(3, made_of(reading.RefsOfRun)),
    "references counted from the end": Mutant(3, made_of(reading.RefsFromTheEnd), also=(5, 6)),
    "one case for each buyer": Mutant(
        3, made_of(reading.OneCaseABuyer), also=(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16)
    ),
    "sent when it was read": Mutant(4, made_of(reading.SentWhenRead)),
    "only ASCII": Mutant(4, made_of(reading.OnlyAscii)),
    "texts cut off": Mutant(4, made_of(reading.CutText)),
    "empty messages dropped": Mutant(4, made_of(reading.DropsEmpty)),
    "replies escaped as HTML": Mutant(4, made_of(reading.EscapesReply)),
    "everybody is a customer": Mutant(5, made_of(reading.EverybodyIsACustomer)),
    "an unknown author is a customer": Mutant(5, made_of(reading.Guessing)),
    "an unknown author is dropped": Mutant(5, made_of(reading.Dropping)),
    "each reading is news": Mutant(6, made_of(reading.TellsTheTime)),
    "strictly after the last instant": Mutant(6, made_of(reading.After)),
    "only young cases": Mutant(6, made_of(reading.OnlyYoung)),
    "reads but once": Mutant(6, made_of(reading.ReadsOnce), also=(5, 7, 8, 9, 10, 13, 15)),
    "receipts of its own": Mutant(6, made_of(reading.ReceiptsOfItsOwn)),
    "sees no seller": Mutant(6, made_of(reading.SeesNoSeller), also=(5,)),
    "a checkpoint ahead of itself": Mutant(7, made_of(reading.AheadOfItself)),
    "other references when resumed": Mutant(7, made_of(reading.OtherRefsWhenResumed)),
    "a lonely case on a page": Mutant(8, made_of(pages.SkipsALonelyCase)),
    "done by now": Mutant(8, made_of(pages.DoneByNow)),
    "pages by offset": Mutant(8, made_of(pages.ByOffset, pages.OffsetSimulator)),
    "wants cases": Mutant(8, made_of(pages.WantsCases)),
    "needs two cases": Mutant(8, made_of(pages.NeedsTwo), also=(3, 4, 5, 6, 10, 11, 12, 13, 16)),
    "a full page is too much": Mutant(8, made_of(pages.FullPageIsTooMuch)),
    "stops at one instant": Mutant(8, made_of(pages.StopsAtOneInstant)),
    "hurries": Mutant(9, made_of(writing.Hurries)),
    "trouble is a shape": Mutant(9, made_of(writing.TroubleIsAShape)),
    "a refusal is trouble": Mutant(9, made_of(writing.RefusalIsTrouble)),
    "does not ask again": Mutant(9, made_of(asks_again=False)),
    "finds nothing": Mutant(10, made_of(writing.FindsNothing)),
    "finds any answer": Mutant(10, made_of(writing.FindsAnyAnswer)),
    "sends twice": Mutant(10, made_of(writing.SendsTwice)),
    "sends what nobody may send": Mutant(10, made_of(writing.SendsUnannounced)),
    "believes it was sent": Mutant(10, made_of(writing.BelievesItWasSent)),
    "is always uncertain": Mutant(10, made_of(writing.AlwaysUncertain)),
    "sends nothing": Mutant(10, made_of(writing.SendsNothing), also=(4, 11, 12)),
    "a reason kept from the seller": Mutant(11, made_of(writing.KeepsTheReason)),
    "what is refused is tried again": Mutant(11, made_of(writing.TriesRefusedAgain), also=(12,)),
    "never final": Mutant(12, made_of(writing.NeverFinal)),
    "final at once": Mutant(12, made_of(writing.FinalAtOnce, bases.LaterSimulator)),
    "final when found": Mutant(12, made_of(writing.FinalWhenFound, bases.LaterSimulator)),
    "asks for ever": Mutant(12, made_of(writing.AsksForEver, bases.LaterSimulator)),
    "sees no failure": Mutant(12, made_of(writing.SeesNoFailure, bases.LaterSimulator)),
    "accepts what fails": Mutant(12, made_of(simulator=writing.ReadsRefusalAsAccepted)),
    "closes what has vanished": Mutant(13, made_of(writing.ClosesTheVanished)),
    "an unknown shape is nothing": Mutant(13, made_of(writing.UnknownIsNothing), also=(1, 5)),
    "half an answer is nothing": Mutant(13, made_of(writing.HalfIsNothing), also=(1,)),
    "closes the unknown": Mutant(13, made_of(writing.ClosesTheUnknown)),
    "marks what it reads": Mutant(14, made_of(writing.MarksWhatItReads, writing.SeenSimulator)),
    "marks at the end": Mutant(14, made_of(writing.MarksAtTheEnd, writing.SeenSimulator)),
    "never closes": Mutant(15, made_of(writing.NeverCloses)),
    "closes when all is well": Mutant(15, made_of(writing.ClosesWhenAllIsWell)),
    "closes at the end": Mutant(15, made_of(writing.ClosesAtTheEnd)),
    "leaves a thread": Mutant(15, made_of(writing.LeavesAThread), clean_up=writing.ENOUGH.set),
    "calls home": Mutant(15, made_of(writing.CallsHome)),
    "false success": Mutant(16, made_of(capabilities.FalseSuccess)),
    "forgets the portal": Mutant(16, made_of(capabilities.ForgetsThePortal)),
    "has no step for the portal": Mutant(16, made_of(adapter=_NO_STEP)),
    "decides nothing": Mutant(16, made_of(capabilities.DecidesNothing)),
    "always the first decision": Mutant(16, made_of(capabilities.AlwaysTheFirstWord, adapter=bases.WITH_DECISIONS)),
    "a decision of no item": Mutant(16, made_of(capabilities.WithoutTheItem, adapter=bases.WITH_DECISIONS)),
    "a decision without its percent": Mutant(16, made_of(capabilities.WithoutThePercent, adapter=bases.WITH_DECISIONS)),
    "a decision without its quantity": Mutant(
        16, made_of(capabilities.WithoutTheQuantity, adapter=bases.WITH_DECISIONS)
    ),
    "a decision without its parcel": Mutant(16, made_of(capabilities.WithoutTheParcel, adapter=bases.WITH_DECISIONS)),
    "declares to find": Mutant(16, made_of(capabilities.DeclaresToFind)),
    "drops the text of a decision": Mutant(16, made_of(capabilities.DropsTheText)),
    "refuses a decision that it has made": Mutant(16, made_of(capabilities.RefusesAfterwards)),
    "offers nothing": Mutant(16, made_of(adapter=_offers_of(lambda offer: []))),
    "an offer without its effect": Mutant(16, made_of(adapter=_offers_of(lambda offer: [replace(offer, effect="")]))),
    "an offer of what is not declared": Mutant(
        16, made_of(adapter=_offers_of(lambda offer: [offer, replace(offer, kind=hub.ActKind.CLOSE)]))
    ),
    "invents orders": Mutant(16, made_of(capabilities.InventsOrders, bases.OrdersSimulator, bases.WITH_ORDERS)),
    "everything is late": Mutant(16, made_of(capabilities.EverythingIsLate, bases.OrdersSimulator, bases.WITH_ORDERS)),
    "nothing is late": Mutant(16, made_of(capabilities.NothingIsLate)),
    "has no orders": Mutant(16, made_of(capabilities.HasNoOrders)),
    "sends no files": Mutant(16, made_of(capabilities.SendsNoFiles, bases.OrdersSimulator, bases.WITH_ORDERS)),
    "keeps automatic ones": Mutant(
        16, made_of(capabilities.KeepsAutomaticOnes, bases.OrdersSimulator, bases.WITH_ORDERS)
    ),
    "rereads as another": Mutant(16, made_of(capabilities.RereadsAsAnother, bases.OrdersSimulator, bases.WITH_ORDERS)),
    "finds without asking": Mutant(16, made_of(capabilities.FindsWithoutAsking, adapter=bases.READ_ONLY)),
    "declares no reading": Mutant(
        16, made_of(adapter={"capabilities": AcmeAdapter.capabilities - {hub.Capability.FETCH}})
    ),
    "takes replies silently": Mutant(
        16, made_of(writing.SaysNothingOfReplies, adapter=bases.READ_ONLY), also=(10, 11, 12)
    ),
    "cannot show what is needed": Mutant(13, made_of(faults=frozenset(Fault) - {Fault.GARBLED}), also=(1, 15)),
}
"""By what is wrong with each."""
