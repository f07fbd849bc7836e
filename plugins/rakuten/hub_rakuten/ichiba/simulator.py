"""Rakuten Ichiba's R-Messe and its order API, pretended: what the adapter is proven against without an account."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hub import ActKind, Adapter, Clock
from hub.http import Request, Response
from hub.testing import Fault, Simulator
from hub_rakuten.ichiba import pretended_api as api
from hub_rakuten.ichiba.adapter import IchibaAdapter
from hub_rakuten.ichiba.kinds import ABOUT_AN_ORDER, FROM_THE_SHOP
from hub_rakuten.ichiba.pretended_shop import KEY_LIVES, PretendedInquiry, PretendedShop, order_told
from hub_rakuten.ichiba.times import JST

SERVICE_SECRET, LICENSE_KEY = "SP000000_pretended", "SL000000_pretended"  # they open nothing
SHOP_ID = 417283


class IchibaSimulator(Simulator):
    """One shop with its inquiries; a key that dies after ninety days, and files that do as well."""

    adapter: ClassVar[type[Adapter]] = IchibaAdapter
    channel: ClassVar[str] = "ichiba"
    base_url: ClassVar[str] = "https://api.rms.rakuten.co.jp"
    refusal: ClassVar[str] = "bad parameter"
    sample_reply: ClassVar[str] = (
        "お問い合わせありがとうございます。ただいま確認しておりますので、明日の正午までにご連絡いたします。"
    )
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault) - {Fault.FAILED_LATER}
    unknown_order: ClassVar[str] = f"{SHOP_ID}-20200101-0000000000"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.shop = PretendedShop(SHOP_ID, LICENSE_KEY, clock.now() + KEY_LIVES)
        self._duplicates = 0

    def settings(self) -> Mapping[str, Any]:
        """What stands in the channel's table."""
        return {"shop_id": SHOP_ID, "shop_name": "器の店", "base_url": self.url}

    def secrets(self) -> Mapping[str, str]:
        """Both halves of the key, as the shop holds them now."""
        return {"service_secret": SERVICE_SECRET, "license_key": self.shop.key}

    # What people do.

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """Ask something, or ask again; `files` has what is sent along, by name."""
        files: Mapping[str, bytes] = about.pop("files", {})
        paths = [f"{self.shop.upload(name, content, self.now())}|{name}" for name, content in files.items()]
        if case:
            self.shop.inquiries[case].add(text, self.now(), "user").files = paths
            return case
        return self._opened(text, paths, **about).number

    def seller_writes(self, case: str, text: str) -> None:
        """Answer in R-Messe itself."""
        self.shop.inquiries[case].add(text, self.now(), "merchant")

    def stranger_writes(self, case: str, text: str) -> None:
        """A message whose replyFrom nobody has seen before."""
        self.shop.inquiries[case].add(text, self.now(), "arbiter")

    def shop_begins(self, text: str, **about: Any) -> str:
        """The shop begins a conversation in R-Messe; its number."""
        return self._opened(text, [], kind=FROM_THE_SHOP, category="発送の確認・連絡", **about).number

    def add_order(self, total: int, title: str, sku: str, units: int = 1) -> str:
        """An order in RMS; its number."""
        number = f"{SHOP_ID}-{self.now().astimezone(JST):%Y%m%d}-{1417000 + len(self.shop.orders):010d}"
        item = {
            "itemName": title,
            "manageNumber": sku,
            "units": units,
            "priceTaxIncl": total // units,
            "SkuModelList": [{"variantId": f"{sku}-a", "merchantDefinedSkuId": f"{sku}-A"}],
        }
        self.shop.orders[number] = order_told(number, self.now(), total, item)
        return number

    def late_order(self, days: int) -> str:
        """An order that the shop has not sent, and that its customer wished to have so many days ago."""
        number = self.add_order(4980, "有田焼 湯呑み 2個セット", "yunomi-02")
        wished = self.now().astimezone(JST).date() - timedelta(days=days)
        self.shop.orders[number] |= {"deliveryDate": wished.isoformat()}
        return number

    def rakuten_deletes(self, case: str, reply: int | None = None) -> None:
        """Rakuten takes a message away: the first one, or the reply with this id."""
        inquiry = self.shop.inquiries[case]
        if reply is None:
            inquiry.is_deleted = True
        else:
            inquiry.replies[reply].is_deleted = True
        inquiry.updated_at = self.now()

    def shop_completes(self, case: str, *, completed: bool = True) -> None:
        """Mark an inquiry completed in R-Messe, or take the mark back."""
        api.set_completed(self.shop.inquiries[case], self.now(), completed=completed)

    def inquiry_vanishes(self, case: str) -> None:
        """An inquiry is not there any more."""
        del self.shop.inquiries[case]

    def renew_key(self) -> str:
        """Issue a new licence key, which kills the old one at once."""
        self.shop.made += 1
        self.shop.key = f"SL{self.shop.made:06d}_pretended"
        self.shop.key_expires = self.now() + KEY_LIVES
        return self.shop.key

    def call_next_reply_a_duplicate(self) -> None:
        """Answer 409 to the next reply, and do not take it."""
        self._duplicates += 1

    def received(self, case: str = "") -> Sequence[str]:
        """What customers got, the deleted left out."""
        found: list[tuple[datetime, str]] = []
        for inquiry in self.shop.inquiries.values():
            if case in ("", inquiry.number):
                found += [(inquiry.at, inquiry.text)] if inquiry.is_from_the_shop else []
                found += [(reply.at, reply.text) for reply in inquiry.replies if reply.by == "merchant"]
        return [text for _, text in sorted(found, key=lambda one: one[0])]

    def case_for(self, kind: ActKind) -> str:
        """An inquiry; a completed one for taking it up again."""
        case = super().case_for(kind)
        if kind is ActKind.REOPEN:
            self.shop_completes(case)
        return case

    # What the platform does.

    @property
    def state(self) -> object:
        """The whole shop."""
        return deepcopy(self.shop)

    def tick(self) -> None:
        """Let old files go."""
        self.shop.forget_old_files(self.now())

    def is_write(self, request: Request) -> bool:
        """Orders are asked for with POST, which changes nothing."""
        return super().is_write(request) and request.path not in (api.ORDERS, api.SEARCH)

    def answer(self, request: Request) -> Response:
        """What RMS answers."""
        if not self._is_signed(request):
            return api.refused(401, "GA0001", "Un-Authorised")
        if self._duplicates and request.path == api.REPLY:
            self._duplicates -= 1
            return api.error(409, "IE009", "duplicate data")
        self.shop.page_size = self.page_size
        return api.answer(self.shop, request, self.now())

    def refuse_credentials(self, request: Request, after: timedelta | None) -> Response:
        """The gateway's own shape."""
        del request, after
        return api.refused(401, "GA0001", "Un-Authorised")

    def refuse_account(self, request: Request, after: timedelta | None) -> Response:
        """The same with 403."""
        del request, after
        return api.refused(403, "GA0003", "Forbidden")

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        """An empty list; an inquiry asked for by its number is still there."""
        del after
        if request.path == api.LIST:
            return Response.of_json({"totalCount": 0, "totalPageCount": 0, "page": 1, "list": []})
        return self.answer(request)

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        """A rule was broken, says RMS."""
        del request, after
        return api.error(400, "IE001", self.refusal, {"message": "size must be between 1 and 2000"})

    def _is_signed(self, request: Request) -> bool:
        proof = base64.b64encode(f"{SERVICE_SECRET}:{self.shop.key}".encode()).decode()
        right = request.headers.get("authorization", "") == f"ESA {proof}"
        return right and self.now() <= self.shop.key_expires

    def _opened(self, text: str, paths: list[str], **about: Any) -> PretendedInquiry:
        if about.get("kind", ABOUT_AN_ORDER) == ABOUT_AN_ORDER and "order" not in about:
            about["order"] = self.add_order(4980, "有田焼 湯呑み 2個セット", "yunomi-02")
        inquiry = self.shop.open(text, self.now(), **about)
        inquiry.files = paths
        return inquiry
