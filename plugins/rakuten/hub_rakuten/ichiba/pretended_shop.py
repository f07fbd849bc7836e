"""A shop at a pretended Rakuten Ichiba: its inquiries, files, orders and licence key, without the way to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub_rakuten.ichiba.kinds import ABOUT_AN_ORDER, FROM_THE_SHOP
from hub_rakuten.ichiba.times import JST

FILES_LIVE = timedelta(days=90)
KEY_LIVES = timedelta(days=90)

Json = dict[str, Any]


@dataclass
class PretendedFile:
    """A file that was uploaded, under its path."""

    label: str
    content: bytes
    at: datetime


@dataclass
class PretendedReply:
    """A later message of an inquiry; `by` is the word that replyFrom has."""

    id: int
    text: str
    at: datetime
    by: str
    is_read: bool = False
    is_deleted: bool = False
    files: list[str] = field(default_factory=list)


@dataclass
class PretendedInquiry:
    """An inquiry as R-Messe holds it."""

    number: str
    text: str
    at: datetime
    kind: str = ABOUT_AN_ORDER
    category: str = "その他"
    order: str | None = None
    item: str = "有田焼 湯呑み 2個セット"
    item_number: str | None = "yunomi-02"
    customer: str = "楽天 花子"
    gift_role: str | None = None
    completed_at: datetime | None = None
    updated_at: datetime | None = None
    is_completed: bool = False
    is_read: bool = False
    is_deleted: bool = False
    files: list[str] = field(default_factory=list)
    replies: list[PretendedReply] = field(default_factory=list)

    @property
    def is_from_the_shop(self) -> bool:
        """Whether the shop began it."""
        return self.kind == FROM_THE_SHOP

    def add(self, text: str, at: datetime, by: str) -> PretendedReply:
        """One more message, with the next running number."""
        reply = PretendedReply(len(self.replies), text, at, by)
        self.replies.append(reply)
        self.updated_at = at
        return reply


@dataclass
class PretendedShop:
    """All that a request can change."""

    id: int
    key: str
    key_expires: datetime
    inquiries: dict[str, PretendedInquiry] = field(default_factory=dict)
    files: dict[str, PretendedFile] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    made: int = 0
    expiry_can_be_read: bool = True
    page_size: int = field(default=100, compare=False)

    def open(self, text: str, at: datetime, **about: Any) -> PretendedInquiry:
        """A new inquiry; `about` has whatever is not as always."""
        self.made += 1
        number = f"{self.id}-{at.astimezone(JST):%Y%m%d}-{49600000 + self.made}o"
        inquiry = PretendedInquiry(number, text, at, updated_at=at, **about)
        self.inquiries[number] = inquiry
        return inquiry

    def upload(self, label: str, content: bytes, at: datetime) -> str:
        """Keep a file; its path."""
        self.made += 1
        path = f"{at.astimezone(JST):%Y/%m/%d}/{self.id}/{self.made:06d}_{len(content):x}"
        self.files[path] = PretendedFile(label, content, at)
        return path

    def forget_old_files(self, now: datetime) -> None:
        """Files live for ninety days from their upload."""
        self.files = {path: file for path, file in self.files.items() if now - file.at < FILES_LIVE}

    def told(self, inquiry: PretendedInquiry) -> Json:
        """The inquiry as an answer has it, in a list as well as alone."""
        gone = inquiry.is_deleted
        return {
            "inquiryNumber": inquiry.number,
            "shopId": self.id,
            "userName": inquiry.customer,
            "userMaskEmail": f"{inquiry.number[-9:]}@pc.fw.rakuten.example",
            "message": "" if gone else inquiry.text,
            "regDate": _written(inquiry.at),
            "itemUrl": f"/pretended-shop/{inquiry.item_number or ''}/",
            "itemName": inquiry.item,
            "itemNumber": inquiry.item_number,
            "isCompleted": inquiry.is_completed,
            "completedDate": _written(inquiry.completed_at),
            "category": inquiry.category,
            "type": inquiry.kind,
            "orderNumber": inquiry.order,
            "readByMerchant": inquiry.is_read,
            "attachments": [] if gone else self._attached(inquiry.files),
            "replies": [self._reply_told(reply) for reply in inquiry.replies],
            "lastUpdateDate": _written(inquiry.updated_at),
            "isMessageDeleted": gone,
            "socialGiftUserType": inquiry.gift_role,
        }

    def sent(self, reply: PretendedReply) -> Json:
        """What the answer to a new reply tells of it: no number, neither its own nor the inquiry's."""
        told = self._reply_told(reply)
        return {name: told[name] for name in ("message", "regDate", "replyFrom", "isRead", "attachments")}

    def _reply_told(self, reply: PretendedReply) -> Json:
        gone = reply.is_deleted
        return {
            "id": reply.id,
            "message": "" if gone else reply.text,
            "regDate": _written(reply.at),
            "replyFrom": reply.by,
            "isRead": reply.is_read,
            "attachments": [] if gone else self._attached(reply.files),
            "isMessageDeleted": gone,
        }

    def _attached(self, paths: list[str]) -> list[Json]:
        # What has gone is still listed, as far as is known: the file alone cannot be had any more.
        return [{"label": path.rpartition("|")[2], "path": path.rpartition("|")[0]} for path in paths]


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(JST).isoformat(timespec="seconds")


def order_told(number: str, at: datetime, total: int, item: Mapping[str, Any]) -> Json:
    """An order as RMS tells it, with much about persons that no program here may take."""
    person = {"familyName": "秘密", "phoneNumber1": "000", "city": "秘密市", "birthYear": 1980}
    return {
        "orderNumber": number,
        "orderProgress": 300,
        "deliveryDate": None,
        "orderDatetime": at.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900"),
        "goodsPrice": total,
        "postagePrice": 0,
        "totalPrice": total,
        "requestPrice": total,
        "OrdererModel": person,
        "PackageModelList": [{"SenderModel": person, "ItemModelList": [dict(item)], "ShippingModelList": []}],
    }
