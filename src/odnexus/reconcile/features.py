"""What the engine can do, and what each ability needs of both systems: the least it has to be allowed.

One row per feature. Its row says which settings of a location switch it on and which endpoints it calls; permissions
and minimum versions follow from the table of Open Dental's endpoints. The engine works with clients that refuse
everything else (`Allowed`), the doctor checks keys and versions against the same rows, and the documents print them.

A new feature is one more `Feature` in `FEATURES`. Nothing else has to be told of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import frozen

from odnexus._calls import Api

if TYPE_CHECKING:
    from odnexus.opendental.endpoints import Endpoint

Condition: TypeAlias = tuple[str, tuple[object, ...]]
"""A setting of `Location`, by its dotted path, and the values that switch the feature on."""

BY_US: Final[Condition] = ("writer", ("auto", "bridge"))
"""Not where NexHealth's synchronizer is said to be the only writer."""

VISITS: Final[tuple[Condition, ...]] = (("modes.visit", ("apply", "suggest")), BY_US)
PERSONS: Final[tuple[Condition, ...]] = (("modes.person", ("apply",)), BY_US)
INSURANCE: Final[tuple[Condition, ...]] = (("insurance.mode", ("review", "write")),)
COVERAGES: Final[tuple[Condition, ...]] = (*INSURANCE, ("modes.person", ("apply",)))


def _endpoints() -> Mapping[str, Endpoint]:
    # `Allowed` is part of both clients; the tables of Open Dental would double what a first client of NexHealth loads.
    from odnexus.opendental.tables import ENDPOINTS  # noqa: PLC0415

    return ENDPOINTS


@frozen(kw_only=True)
class Feature:
    """One ability of the engine.

    Attributes:
        name: What it does, in two or three words.
        opendental: Endpoints of Open Dental that it calls, as `odnexus.opendental.tables.ENDPOINTS` names them.
        optional: Endpoints of Open Dental that it calls only where the office's version has them.
        nexhealth: Endpoints of NexHealth that it calls.
        when: Settings that switch it on; all of them must hold. Empty: always on.
        by: Method of the engine that the host calls for it; then no setting switches it on.
        needed: False for what a practice can live without: the doctor warns only.
        helpful: Parameters and fields (``"GET /appointments op"``) that make it better and can be missed.
    """

    name: str
    opendental: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    nexhealth: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    by: str = ""
    needed: bool = True
    helpful: tuple[str, ...] = ()

    @property
    def permissions(self) -> tuple[str, ...]:
        """Return the permissions that its endpoints need, as ``GET /securityperms`` names them."""
        return tuple(sorted({_endpoints()[name].permission for name in self.opendental}))

    @property
    def since(self) -> str:
        """Return the lowest version of Open Dental that has all its endpoints, ``""`` if it needs none."""
        gates = [_endpoints()[name].gate for name in self.opendental]
        return ".".join(map(str, max(gates))) if gates else ""

    def calls(self, api: Api) -> tuple[str, ...]:
        """Return all endpoints of *api* that it may call."""
        return self.nexhealth if api == "nexhealth" else (*self.opendental, *self.optional)

    def is_on(self, location: object) -> bool:
        """Return whether the settings of *location* (a `Location`) switch it on."""
        return not self.by and all(attrgetter(path)(location) in values for path, values in self.when)

    @property
    def switch(self) -> str:
        """Return in words what switches it on, such as ``modes.person = apply``."""
        if self.by:
            return f"the host calls {self.by}"
        clauses = [_DERIVED.get(path) or f"{path} = {' or '.join(map(_word, values))}" for path, values in self.when]
        return " and ".join(clauses) or "always"


# What a location derives from several of its settings: in the words of the settings.
_DERIVED: Final = {
    "maps_custom_fields": "fields go into custom fields",
    "maps_texts": "fields go into texts of the chart",
    "maps_types": "types are filled in",
    "mirrors": "mirror is set",
    "mirrors_strangers": "mirror.patients = create",
    "names_procedures": "types name procedures",
}


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


FEATURES: Final[tuple[Feature, ...]] = (
    Feature(
        name="see changes",
        opendental=(
            "GET /appointments",
            "GET /appointments/{AptNum}",
            "GET /patients/Simple",
            "GET /patients/{PatNum}",
            "GET /preferences",
        ),
        nexhealth=(
            "GET /appointments",
            "GET /appointments/{id}",
            "GET /locations/{id}",
            "GET /operatories",
            "GET /patients/{id}",
            "GET /providers",
            "GET /sync_status",
        ),
        helpful=("GET /appointments op",),
    ),
    Feature(name="catch up after a gap", nexhealth=("GET /patients",)),
    Feature(name="notice deleted visits", opendental=("GET /histappointments",), needed=False),
    Feature(name="know rooms and statuses", opendental=("GET /definitions", "GET /operatories"), needed=False),
    Feature(name="make charts", opendental=("POST /patients",), when=PERSONS),
    Feature(
        name="book visits",
        opendental=("POST /appointments",),
        when=VISITS,
        helpful=("POST /appointments appointment_type_num", "POST /appointments is_new_patient"),
    ),
    Feature(name="move visits", opendental=("PUT /appointments/{AptNum}",), when=VISITS),
    Feature(name="cancel visits", opendental=("PUT /appointments/{AptNum}/Break",), when=VISITS),
    Feature(name="confirm visits", opendental=("PUT /appointments/{AptNum}/Confirm",), when=VISITS),
    Feature(
        name="tell NexHealth",
        nexhealth=("PATCH /appointments/{id}", "POST /appointments"),
        when=VISITS,
    ),
    Feature(
        name="know types",
        opendental=("GET /appointmenttypes",),
        nexhealth=("GET /appointment_types",),
        when=(("maps_types", (True,)),),
        needed=False,
    ),
    Feature(
        name="know procedures",
        opendental=("GET /procedurecodes",),
        when=(("names_procedures", (True,)),),
        needed=False,
    ),
    Feature(
        name="attach procedures",
        opendental=("GET /procedurelogs", "POST /procedurelogs"),
        when=(*VISITS, ("names_procedures", (True,))),
        needed=False,
    ),
    Feature(
        name="mirror visits",
        nexhealth=("GET /appointments", "GET /patients", "POST /appointments"),
        when=(*VISITS, ("mirrors", (True,))),
    ),
    Feature(
        name="mirror patients",
        nexhealth=("POST /patients",),
        when=(*VISITS, ("modes.person", ("apply",)), ("mirrors_strangers", (True,))),
    ),
    Feature(
        name="offer opened slots",
        opendental=("GET /appointments", "GET /appointments/{AptNum}", "GET /asapcomms", "POST /asapcomms"),
        by="AsapOffers",
        needed=False,
    ),
    Feature(
        name="fill blanks of charts",
        opendental=("PUT /patients/{PatNum}",),
        when=(*PERSONS, ("fill_blanks", (True,))),
        needed=False,
    ),
    Feature(
        name="file forms",
        opendental=("GET /commlogs", "POST /commlogs", "PUT /patients/{PatNum}"),
        optional=("GET /commlogs/{CommlogNum}",),
        when=PERSONS,
        needed=False,
    ),
    Feature(
        name="see insurance",
        nexhealth=("GET /insurance_coverages", "GET /patients/{id}"),
        when=INSURANCE,
        needed=False,
    ),
    Feature(
        name="write insurance",
        opendental=(
            "GET /carriers",
            "GET /familymodules/{PatNum}/Insurance",
            "GET /insplans",
            "GET /inssubs",
            "GET /patients/{PatNum}",
            "POST /inssubs",
            "POST /patplans",
        ),
        when=COVERAGES,
        needed=False,
    ),
    Feature(
        name="make insurance plans",
        opendental=("POST /insplans",),
        when=(*COVERAGES, ("insurance.create_plans", (True,))),
        needed=False,
    ),
    Feature(
        name="look after webhooks",
        nexhealth=(
            "GET /webhook_endpoints",
            "POST /webhook_endpoints",
            "PATCH /webhook_endpoints/{id}",
            "GET /webhook_endpoints/{id}/webhook_subscriptions",
            "POST /webhook_endpoints/{id}/webhook_subscriptions",
            "PATCH /webhook_endpoints/{id}/webhook_subscriptions/{subscription_id}",
        ),
        by="ensure_webhooks",
    ),
    Feature(
        name="look after API Events",
        opendental=("GET /subscriptions", "POST /subscriptions", "PUT /subscriptions/{SubscriptionNum}"),
        by="ensure_api_events",
    ),
    Feature(
        name="fill texts of charts",
        opendental=("GET /patientnotes/{PatNum}", "PUT /patientnotes/{PatNum}"),
        when=(*PERSONS, ("maps_texts", (True,))),
        needed=False,
    ),
    Feature(
        name="fill custom fields",
        opendental=("GET /patfielddefs", "GET /patfields", "POST /patfields", "PUT /patfields"),
        optional=("GET /patfields/{PatFieldNum}",),
        when=(*PERSONS, ("maps_custom_fields", (True,))),
        needed=False,
    ),
    Feature(
        name="record findings",
        opendental=(
            "GET /allergydefs",
            "GET /allergies",
            "GET /diseasedefs",
            "GET /diseases",
            "GET /medicationpats",
            "GET /medications",
            "POST /allergies",
            "POST /diseases",
            "POST /medicationpats",
        ),
        optional=("GET /diseases/{DiseaseNum}",),
        when=(*PERSONS, ("intake.clinical", (True,))),
        needed=False,
    ),
    Feature(
        name="file documents of forms",
        opendental=("GET /documents", "POST /documents/Upload"),
        optional=("GET /documents/{DocNum}",),
        nexhealth=("GET /documents/{id}/download",),
        when=(*PERSONS, ("intake.documents", (True,))),
        needed=False,
    ),
    Feature(
        name="see filed forms",
        opendental=("GET /documents",),
        when=(("intake.verify", (True,)), ("writer", ("auto", "overlay"))),
        needed=False,
    ),
)
"""Everything the engine does, in the order in which a practice grows into it."""


def features_of(location: object, among: Iterable[Feature] = FEATURES) -> tuple[Feature, ...]:
    """Return the features that the settings of *location* (a `Location`) switch on."""
    return tuple(each for each in among if each.is_on(location))


@frozen(kw_only=True)
class Allowed:
    """What a client may call; everything else is refused before it is sent.

    Attributes:
        api: Whose endpoints these are.
        calls: Names of calls (``"POST /patients"``), or ``None`` for any.
        reads_only: Whether only a GET may leave.
        whose: For whom this holds, for the message: ``"location main"``.
    """

    api: Api
    calls: frozenset[str] | None = None
    reads_only: bool = False
    whose: str = "this client"

    def refusal(self, method: str, call: str) -> str:
        """Return why *call* is refused and what would allow it, ``""`` if it is allowed."""
        if self.reads_only and method != "GET":
            return f"{self.whose} only reads; make it without read_only to write"
        if self.calls is None or call in self.calls:
            return ""
        able = [each for each in FEATURES if call in each.calls(self.api)]
        if not able:
            return f"no feature of the engine needs this call, so {self.whose} may not make it"
        ways = "; ".join(f"{each.name!r} ({each.switch})" for each in able)
        return f"the settings of {self.whose} do not allow it; switch on the feature {ways}"


def allowed(location: Any, api: Api, among: Iterable[Feature] = FEATURES) -> Allowed:
    """Return what the features that *location* (a `Location`) has on may call at *api*."""
    names = frozenset(name for each in features_of(location, among) for name in each.calls(api))
    return Allowed(api=api, calls=names, whose=f"location {location.name}")


def allowed_to(by: str, api: Api, among: Iterable[Feature] = FEATURES) -> Allowed:
    """Return what the engine's method *by* may call at *api*."""
    names = frozenset(name for each in among if each.by == by for name in each.calls(api))
    return Allowed(api=api, calls=names, whose=by)


def as_rows(features: Iterable[Feature] = FEATURES) -> list[dict[str, str]]:
    """Return the table as texts, for documents and commands: one row per feature."""
    return [
        {
            "feature": each.name,
            "on when": each.switch,
            "permissions": ", ".join(name.removeprefix("Api") for name in each.permissions),
            "Open Dental": ", ".join(each.opendental),
            "since": each.since,
            "NexHealth": ", ".join(each.nexhealth),
        }
        for each in features
    ]
