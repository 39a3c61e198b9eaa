"""Offices of agencies, and the places and countries of a goods declaration.

Offices, countries and regions are public; where goods lie is commercial. Fields stand in the order
of the WCO schemas. Addresses belong to `parties`.
"""

from broker.model.leaf import Canonical, Code, Identifier, Text, leaf, many, one
from broker.model.parties import Address04A, Communication25A


class ExitOffice56A(Canonical):
    """ExitOffice, WCO 56A: the office where the goods leave the territory."""

    WCO = "56A"

    ID: Identifier = leaf("G005", "an..17", "3225", data="public")


class PresentationOffice15C(Canonical):
    """PresentationOffice, WCO 15C: the office where the goods are presented."""

    WCO = "15C"

    ID: Identifier = leaf("G015", "an..17", "3225", data="public")


class SupervisingOffice97B(Canonical):
    """SupervisingOffice, WCO 97B: the office that supervises the procedure."""

    WCO = "97B"

    ID: Identifier = leaf("G012", "an..17", "3225", data="public")


class GuaranteeOffice14C(Canonical):
    """GuaranteeOffice, WCO 14C: the office that keeps the guarantee."""

    WCO = "14C"

    ID: Identifier = leaf("G014", "an..17", "3225", data="public")


class AppealOffice07A(Canonical):
    """AppealOffice, WCO 07A: the office that hears an appeal."""

    WCO = "07A"

    ID: Identifier = leaf("G001", "an..17", "3225", data="public")


class ContactOffice35A(Canonical):
    """ContactOffice, WCO 35A: the office to ask about the answer."""

    WCO = "35A"

    ID: Identifier = leaf("G002", "an..17", "3225", data="public")
    Communication: tuple[Communication25A, ...] = many()


class GoodsLocation64A(Canonical):
    """GoodsLocation, WCO 64A: where the goods can be examined."""

    WCO = "64A"

    Name: Text = leaf("L016", "an..256", "3224")
    ID: Identifier = leaf("L017", "an..17", "3225")
    TypeCode: Code = leaf("L110", "an..3", "3227", data="public")
    Address: Address04A | None = one()


class LoadingLocation83A(Canonical):
    """LoadingLocation, WCO 83A: where the goods are put on the means of transport."""

    WCO = "83A"

    Name: Text = leaf("L009", "an..256", "3224")
    ID: Identifier = leaf("L010", "an..17", "3225")


class Warehouse43B(Canonical):
    """Warehouse, WCO 43B: where the goods are stored under a procedure."""

    WCO = "43B"

    ID: Identifier = leaf("L019", "an..35", "3225")
    TypeCode: Code = leaf("L112", "an..3", "3227", data="public")


class Destination99B(Canonical):
    """Destination, WCO 99B: the country and region the goods end in."""

    WCO = "99B"

    CountryCode: Code = leaf("465", "a2", "3207", data="public")
    RegionID: Identifier = leaf("477", "an..9", "3229", data="public")


class ExportCountry95B(Canonical):
    """ExportCountry, WCO 95B: the country the goods are sent from."""

    WCO = "95B"

    ID: Code = leaf("062", "a2", "3207", data="public")


class Origin92A(Canonical):
    """Origin, WCO 92A: where the goods were made, in the sense its TypeCode says."""

    WCO = "92A"

    CountryCode: Code = leaf("063", "an..4", "3207", data="public")
    RegionID: Identifier = leaf("066", "an..9", "3229", data="public")
    TypeCode: Code = leaf("501", "an..3")
