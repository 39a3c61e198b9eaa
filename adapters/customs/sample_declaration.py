"""Composed UK import declarations of invented parties: valid traffic for trials and measurements.

Rules
    The same items, number and seed give the same bytes: every choice is a byte of a hash.
    The LRN is different for each pair of seed and number, and has at most 22 characters.
    Parties, addresses and document numbers are evidently invented; commodity codes are public.
"""

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from adapters.customs.writing import declaration_xml
from broker.adapter import Tree

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOWNS = (("Exampleham", "EX1 1AA"), ("Sampleton", "EX2 2BB"), ("Mockbridge", "EX3 3CC"))


def compose(*, items: int, number: int, seed: int) -> bytes:
    """One import declaration (IMA) with this many goods items, 1 to 999."""
    assert 1 <= items <= 999, "a declaration has 1 to 999 goods items"
    return declaration_xml(compose_tree(items=items, number=number, seed=seed))


def compose_tree(*, items: int, number: int, seed: int) -> Tree:
    """The body of that declaration, as a plain canonical tree."""
    choice = _choices(seed, number, 0)
    composed = [_item(sequence, seed, number) for sequence in range(1, items + 1)]
    packages = sum(int(item["Packaging"][0]["QuantityQuantity"]["value"]) for item in composed)
    pence = sum(_pence(item["Commodity"]["InvoiceLine"]["ItemChargeAmount"]) for item in composed)
    declarant = f"GB9990000{choice[0] % 100:02d}000"
    return {
        "FunctionCode": "9",
        "FunctionalReferenceID": lrn(number=number, seed=seed),
        "TypeCode": "IMA",
        "GoodsItemQuantity": {"value": str(items)},
        "InvoiceAmount": _amount(pence),
        "TotalPackageQuantity": {"value": str(packages)},
        "AuthorisationHolder": [{"ID": declarant, "CategoryCode": "DPO"}],
        "BorderTransportMeans": {"RegistrationNationalityCode": "GB", "ModeCode": "1"},
        "Declarant": {"ID": declarant},
        "Exporter": _exporter(choice),
        "GoodsShipment": {
            "TransactionNatureCode": "1",
            "Consignment": _consignment(choice),
            "Destination": {"CountryCode": "GB"},
            "ExportCountry": {"ID": composed[0]["Origin"][0]["CountryCode"]},
            "GovernmentAgencyGoodsItem": composed,
            "Importer": {"ID": f"GB9991000{choice[1] % 100:02d}000"},
            "PreviousDocument": [
                {
                    "CategoryCode": "Y",
                    "ID": f"9GB999000000000-SAMPLE{number}"[:35],
                    "TypeCode": "DCR",
                    "LineNumeric": "1",
                }
            ],
            "TradeTerms": {"ConditionCode": "CIF", "LocationID": "GBFXT"},
        },
    }


def lrn(*, number: int, seed: int) -> str:
    """The declarant's reference of the declaration with this number and seed."""
    text = f"SWB-{_base36(seed)}-{_base36(number)}"
    if len(text) <= 22:
        return text
    return "SWB-" + hashlib.sha256(text.encode()).hexdigest()[:18].upper()


def _base36(number: int) -> str:
    sign, number = ("N" if number < 0 else ""), abs(number)
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return sign + digits


def _choices(seed: int, number: int, item: int) -> bytes:
    return hashlib.sha256(f"{seed}/{number}/{item}".encode()).digest()


@cache
def _goods() -> tuple[dict[str, Any], ...]:
    text = files("adapters.customs").joinpath("sample_goods.json").read_text("utf-8")
    return tuple(json.loads(text)["goods"])


def _exporter(choice: bytes) -> Tree:
    town, postcode = _TOWNS[choice[2] % len(_TOWNS)]
    return {
        "Name": f"INVENTED EXPORTER {choice[3]}",
        "Address": {
            "CityName": town,
            "CountryCode": "CN",
            "Line": f"{choice[4]} Fictitious Road",
            "PostcodeID": postcode,
        },
    }


def _consignment(choice: bytes) -> Tree:
    container = f"XXXU{int.from_bytes(choice[5:8], 'big') % 10_000_000:07d}"
    return {
        "ContainerCode": "1",
        "ArrivalTransportMeans": {
            "ID": f"{9_000_000 + choice[8]}",
            "IdentificationTypeCode": "10",
            "ModeCode": "1",
        },
        "GoodsLocation": {
            "Name": "GBAUEXAMPLEPORT",
            "TypeCode": "A",
            "Address": {"TypeCode": "U", "CountryCode": "GB"},
        },
        "TransportEquipment": [{"SequenceNumeric": "1", "ID": container}],
    }


def _item(sequence: int, seed: int, number: int) -> Tree:
    choice = _choices(seed, number, sequence)
    goods = _goods()[choice[0] % len(_goods())]
    origin = goods["origins"][choice[1] % len(goods["origins"])]
    pieces = 10 + int.from_bytes(choice[2:4], "big") % 990
    grams, pence = pieces * goods["grams"], pieces * goods["pence"]
    item: Tree = {
        "SequenceNumeric": str(sequence),
        "StatisticalValueAmount": _amount(pence),
        "AdditionalDocument": _documents(goods, choice),
        "AdditionalInformation": [
            {"StatementCode": "00500", "StatementDescription": "Importer"},
        ],
        "Commodity": _commodity(goods, grams, pence),
        "CustomsValuation": {"MethodCode": "1"},
        "GovernmentProcedure": [
            {"CurrentCode": "40", "PreviousCode": "00"},
            {"CurrentCode": "000"},
        ],
        "Origin": [{"CountryCode": origin, "TypeCode": "1"}],
        "Packaging": [
            {
                "SequenceNumeric": "1",
                "MarksNumbersID": f"SAMPLE MARKS {sequence}",
                "QuantityQuantity": {"value": str(1 + pieces // 20)},
                "TypeCode": goods["package"],
            }
        ],
        "ValuationAdjustment": {"AdditionCode": "0000"},
    }
    return item


def _documents(goods: dict[str, Any], choice: bytes) -> list[Tree]:
    documents: list[Tree] = [
        {"CategoryCode": "N", "ID": f"INVOICE-{choice[4]:03d}", "TypeCode": "935"}
    ]
    if goods["document"]:
        category, kind = goods["document"]
        reference = f"GBSAMPLE.{int.from_bytes(choice[5:8], 'big'):08d}"
        documents.append(
            {
                "CategoryCode": category,
                "ID": reference,
                "TypeCode": kind,
                "LPCOExemptionCode": "AE",
            }
        )
    return documents


def _commodity(goods: dict[str, Any], grams: int, pence: int) -> Tree:
    return {
        "Description": goods["text"],
        "Classification": [
            {"ID": goods["code"], "IdentificationTypeCode": "TSP"},
            {"ID": goods["taric"], "IdentificationTypeCode": "TRC"},
        ],
        "DutyTaxFee": [
            {
                "DutyRegimeCode": "100",
                "TypeCode": "A00",
                "Payment": {"MethodCode": "E"},
            }
        ],
        "GoodsMeasure": {
            "GrossMassMeasure": _mass(grams + grams // 10),
            "NetNetWeightMeasure": _mass(grams),
            "TariffQuantity": _mass(grams),
        },
        "InvoiceLine": {"ItemChargeAmount": _amount(pence)},
    }


def _amount(pence: int) -> Tree:
    return {"value": f"{pence // 100}.{pence % 100:02d}", "currency": "GBP"}


def _pence(amount: Tree) -> int:
    return int(amount["value"].replace(".", ""))


def _mass(grams: int) -> Tree:
    return {"value": f"{grams // 1000}.{grams % 1000:03d}", "unit": "KGM"}
