"""What a customer paid is worked out from numbers that say by themselves whether VAT is in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub import Money
from hub_fyndiq_reclaimit.money import decimal_of, gross_of


def price(amount: Any, vat: Any, rate: Any = "0.25", currency: Any = "SEK") -> dict[str, Any]:
    return {"amount": amount, "vat_amount": vat, "vat_rate": rate, "currency": currency}


@pytest.mark.parametrize(
    ("told", "gross"),
    [
        (price("640.00", "160.00"), "800.00"),
        (price("640.01", "160.00"), "800.01"),
        (price("700.00", "175.00"), "875.00"),
        (price(23.2, 5.8, 0.25), "29.0"),
        (price("875.00", "175.00"), "875.00"),  # the VAT is a fifth of it: it is in the amount
        (price("100", "12", "0.12"), "112"),
        (price("100", "0", "0"), "100"),
        (price("0", "0"), "0"),
    ],
)
def test_the_numbers_decide_whether_the_amount_is_net_or_gross(told: dict[str, Any], gross: str) -> None:
    assert gross_of(told) == Money(Decimal(gross), "SEK")


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "800 SEK",
        {},
        price("800", "200.05"),
        price("17.40", "4.00"),
        price("800", None),
        price(None, "160"),
        price("640", "160", None),
        price("640", "160", 25),
        price("640", "160", "0.25", "kr"),
        price("640", "160", "0.25", None),
        price("-640", "-160"),
        price("NaN", "NaN"),
        price("Infinity", "1"),
        price(True, True),
        price("1E+30", "2.5E+29"),
        price("640,00", "160,00"),
    ],
)
def test_what_the_numbers_do_not_prove_stays_unknown(told: object) -> None:
    assert gross_of(told) is None


def test_another_currency_is_kept_as_it_is() -> None:
    assert gross_of(price("720", "180", currency="DKK")) == Money(Decimal(900), "DKK")


def test_a_number_of_json_is_the_number_that_was_written() -> None:
    assert [decimal_of(value) for value in (23.2, "23.20", 7, " 1.5 ")] == [
        Decimal("23.2"),
        Decimal("23.20"),
        Decimal(7),
        Decimal("1.5"),
    ]
