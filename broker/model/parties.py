"""Parties of the goods declaration: who sends, receives, declares, pays and vouches.

One class per role, as in the WCO Data Model: a Consignee is 27A, an Importer 74A. Whatever names
or reaches a party is personal; its role and its country are public. Fields stand in the order of
the WCO schemas. Agencies and offices are places, see `places`.
"""

from broker.model.leaf import Canonical, Code, Identifier, Text, leaf, one


class Address04A(Canonical):
    """Address, WCO 04A: where a party sits or goods lie."""

    WCO = "04A"

    TypeCode: Code = leaf("410", "an..3", "3131", data="public")
    CityName: Text = leaf("241", "an..35", "3164", data="personal")
    CountryCode: Code = leaf("242", "a2", "3207", data="public")
    CountrySubDivisionCode: Code = leaf("244", "an..9", "3229", data="personal")
    CountrySubDivisionName: Text = leaf("243", "an..35", "3228", data="personal")
    Line: Text = leaf("239", "an..70", "3042", data="personal")
    PostcodeID: Identifier = leaf("245", "an..9", "3251", data="personal")


class Contact34A(Canonical):
    """Contact, WCO 34A: the person or department to ask for at a party."""

    WCO = "34A"

    Name: Text = leaf("246", "an..70", "3412", data="personal")


class Communication25A(Canonical):
    """Communication, WCO 25A: a telephone number, mail address or the like."""

    WCO = "25A"

    ID: Identifier = leaf("240", "an..50", "3148", data="personal")
    TypeCode: Code = leaf("253", "an..3", "3155", data="public")


class Submitter17B(Canonical):
    """Submitter, WCO 17B: who hands the message in, or who issued a supporting document."""

    WCO = "17B"

    Name: Text = leaf("R058", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R059", "an..17", "3039", data="personal")
    RoleCode: Code = leaf("R005", "an..3", "3035", data="public")
    Address: Address04A | None = one()


class Agent05A(Canonical):
    """Agent, WCO 05A: who acts for the declarant, directly or indirectly (FunctionCode)."""

    WCO = "05A"

    Name: Text = leaf("R003", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R004", "an..17", "3039", data="personal")
    FunctionCode: Code = leaf("102", "an..3", "4405", data="public")
    Address: Address04A | None = one()


class Authenticator12A(Canonical):
    """Authenticator, WCO 12A: who vouches for the declaration by name."""

    WCO = "12A"

    Name: Text = leaf("R007", "an..70", "3036", data="personal")


class AuthorisationHolder17C(Canonical):
    """AuthorisationHolder, WCO 17C: who holds an authorisation that the declaration relies on."""

    WCO = "17C"

    ID: Identifier = leaf("R144", "an..17", "3039", data="personal")
    CategoryCode: Code = leaf("R145", "an..4", data="public")


class Carrier18A(Canonical):
    """Carrier, WCO 18A: who moves the goods and contracted to do so."""

    WCO = "18A"

    Name: Text = leaf("R011", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R012", "an..17", "3039", data="personal")
    Address: Address04A | None = one()
    Communication: Communication25A | None = one()


class Consignor30A(Canonical):
    """Consignor, WCO 30A: who sends the goods under the contract of carriage."""

    WCO = "30A"

    Name: Text = leaf("R020", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R021", "an..17", "3039", data="personal")
    Address: Address04A | None = one()


class Consignee27A(Canonical):
    """Consignee, WCO 27A: to whom the goods are sent."""

    WCO = "27A"

    Name: Text = leaf("R014", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R015", "an..17", "3039", data="personal")
    Address: Address04A | None = one()


class Declarant57B(Canonical):
    """Declarant, WCO 57B: in whose name the declaration is made."""

    WCO = "57B"

    Name: Text = leaf("R124", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R123", "an..17", "3039", data="personal")
    Address: Address04A | None = one()
    Contact: Contact34A | None = one()
    Communication: Communication25A | None = one()


class Exporter57A(Canonical):
    """Exporter, WCO 57A: who sells or sends the goods out of the territory."""

    WCO = "57A"

    Name: Text = leaf("R031", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R032", "an..17", "3039", data="personal")
    Address: Address04A | None = one()
    Contact: Contact34A | None = one()
    Communication: Communication25A | None = one()


class Importer74A(Canonical):
    """Importer, WCO 74A: on whose behalf the goods enter."""

    WCO = "74A"

    Name: Text = leaf("R037", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R038", "an..17", "3039", data="personal")
    Address: Address04A | None = one()
    Contact: Contact34A | None = one()
    Communication: Communication25A | None = one()


class Buyer16A(Canonical):
    """Buyer, WCO 16A: to whom the goods are sold."""

    WCO = "16A"

    Name: Text = leaf("R009", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R010", "an..17", "3039", data="personal")
    Address: Address04A | None = one()
    Contact: Contact34A | None = one()
    Communication: Communication25A | None = one()


class Seller09B(Canonical):
    """Seller, WCO 09B: who sells the goods to the buyer."""

    WCO = "09B"

    Name: Text = leaf("R050", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R051", "an..17", "3039", data="personal")
    Address: Address04A | None = one()
    Contact: Contact34A | None = one()
    Communication: Communication25A | None = one()


class Payer56B(Canonical):
    """Payer, WCO 56B: who pays the duties and taxes."""

    WCO = "56B"

    Name: Text = leaf("R120", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R121", "an..17", "3039", data="personal")
    Address: Address04A | None = one()


class Surety19B(Canonical):
    """Surety, WCO 19B: who stands in if the payer does not pay."""

    WCO = "19B"

    Name: Text = leaf("R054", "an..70", "3036", data="personal")
    ID: Identifier = leaf("R055", "an..17", "3039", data="personal")
    Address: Address04A | None = one()


class AEOMutualRecognitionParty16C(Canonical):
    """AEOMutualRecognitionParty, WCO 16C: a trusted trader, by mutual recognition."""

    WCO = "16C"

    ID: Identifier = leaf("R143", "an..17", "3039", data="personal")
    RoleCode: Code = leaf("R005", "an..3", "3035", data="public")


class DomesticDutyTaxParty55B(Canonical):
    """DomesticDutyTaxParty, WCO 55B: a party known to the national tax office in a stated role."""

    WCO = "55B"

    ID: Identifier = leaf("R119", "an..17", "3039", data="personal")
    RoleCode: Code = leaf("R005", "an..3", "3035", data="public")
