"""What the airline family brings in: its adapters, and the kind of dossier its lists open.

A flight is known by carrier, number, day and airport of its departure, to every party alike. Its
passengers and its crew are two parts, each of the party that lodged it first. RFF+TN is the
carrier's number of one message: an agency's answer names the request by it.

Anybody can name a flight, so it is its carrier's, whose code begins its name. The passengers that
another party lists (of a codeshare, of a handling agent) are listed beside the carrier's own; the
crew that another lists is in force until the carrier lists it.
"""

from datetime import timedelta

from adapters.airline.cusres_acknowledgement import CusresAcknowledgements
from adapters.airline.cusres_answer import CusresAnswers
from adapters.airline.drafting import FLIGHT as SCHEME
from adapters.airline.drafting import KIND, PACKAGE, TRANSACTION
from adapters.airline.paxlst import Paxlst
from adapters.airline.pieces import lacks
from adapters.airline.sample_passenger_list import (
    compose,
    compose_closed,
    compose_crew,
    compose_flawed,
    compose_pieces,
)
from adapters.request_json import RequestJson, form_schemas
from broker.adapter import Family, Kind, Owned, Part, Scheme

FLIGHT = Kind(
    name=KIND,
    schemes=(
        Scheme(
            SCHEME,
            opens=True,
            binds=("sender",),
            reuse_after=timedelta(days=365),
            joins=True,
            owned=Owned("carrier", shape=r"[A-Z0-9]{2}[A-Z]?", behind=r"[0-9]{4}[A-Z]?/"),
        ),
        Scheme(TRANSACTION, opens=False, binds=("sender",), scope="party", of_message=True),
    ),
    parts=(
        Part("passengers", obeyed_by_removal=("BorderTransportMeans.Passenger",)),
        Part("crew", obeyed_by_removal=("BorderTransportMeans.Crew",)),
    ),
    complete_within=timedelta(minutes=30),
    lacks=lacks,
    withdraws="own",
    joining={"passengers": "beside", "crew": "yields"},
)


SAMPLES = {
    "passengers": compose,
    "pieces": compose_pieces,
    "crew": compose_crew,
    "closed": compose_closed,
}


def family() -> Family:
    """The family as its entry point names it."""
    packages = {part.name: PACKAGE for part in FLIGHT.parts}
    forms = RequestJson("airline", KIND, packages)
    adapters = (Paxlst(), CusresAcknowledgements(), CusresAnswers(), forms)
    return Family("airline", adapters, (FLIGHT,), SAMPLES, compose_flawed, form_schemas())
