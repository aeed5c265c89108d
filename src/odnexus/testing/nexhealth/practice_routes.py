"""Authenticates, institutions, locations, descriptors, providers, operatories and the state of the syncs."""

from __future__ import annotations

from collections.abc import Iterable

from odnexus.testing.nexhealth.envelope import Answer, listing
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.people import sounds_like
from odnexus.testing.nexhealth.records import Descriptor, Institution, Location, Operatory, Provider
from odnexus.testing.nexhealth.routes import (
    ANY_LOCATION,
    ANY_SUBDOMAIN,
    LOCATION,
    PAGING,
    SUBDOMAIN,
    UPDATED_SINCE,
    Ask,
    Route,
    found,
    include,
)
from odnexus.testing.nexhealth.values import Refusal

_FEATURES = (
    "messaging",
    "campaigns",
    "reviews",
    "recalls",
    "reminders",
    "online_booking",
    "waitlist",
    "forms",
    "payments",
    "ledger_sync",
    "enterprise",
    "insurance_verification",
)
_LIGHTS = ("green", "red")
DESCRIPTOR_TYPE = Field(name="descriptor_type")
_PROVIDER_INCLUDES = include("locations", "availabilities", "appointment_types", default="locations")
_OPERATORY_INCLUDES = include("appointment_types", "appt_categories", default="appt_categories")


def authenticate(ask: Ask) -> Answer:
    """Trade the API key for a token."""
    token = ask.platform.keyring.issue(ask.user, ask.now)
    return Answer(data={"token": token}, status=201, warning="Authenticated")


def list_institutions(ask: Ask) -> Answer:
    """List the institutions that the key can see."""
    return listing([ask.platform.shapes.institution(one) for one in _visible(ask)])


def get_institution(ask: Ask) -> Answer:
    """Show one institution."""
    one = next((one for one in _visible(ask) if one.id == ask.id), None)
    return Answer(data=ask.platform.shapes.institution(found(one, "Institution")))


def list_locations(ask: Ask) -> Answer:
    """List institutions with their locations; an institution without a match is left out."""
    tenants = [one for one in _visible(ask) if ask.institution in (None, one)]
    offices = {one.id: [place for place in _offices(ask, one) if _fits(ask, place)] for one in tenants}
    return listing([ask.platform.shapes.institution_with(one, offices[one.id]) for one in tenants if offices[one.id]])


def _offices(ask: Ask, one: Institution) -> list[Location]:
    return ask.platform.state.locations_of(one.id)


def _fits(ask: Ask, office: Location) -> bool:
    inactive, foreign = ask.query.flag("inactive"), ask.query.text("foreign_id")
    feature = ask.query.text("filter_by_subscription_feature")
    return (
        (inactive is None or office.inactive == inactive)
        and (foreign is None or office.foreign_id == foreign)
        and (feature is None or feature in office.features)
    )


def _visible(ask: Ask) -> list[Institution]:
    return [one for one in ask.platform.state.institutions.values() if ask.user.sees(one.subdomain)]


def _office(ask: Ask) -> Location:
    one = ask.platform.state.locations.get(ask.id)
    return found(one if one is not None and ask.sees(one.institution_id) else None, "Location")


def get_location(ask: Ask) -> Answer:
    """Show one location; it needs no subdomain."""
    return Answer(data=ask.platform.shapes.location(_office(ask)))


def list_location_descriptors(ask: Ask) -> Answer:
    """List the EHR's appointment types and procedure codes at a location."""
    office = _office(ask)
    rows = ask.platform.state.descriptors.values()
    return descriptors(ask, (one for one in rows if one.location_id == office.id))


def descriptors(ask: Ask, rows: Iterable[Descriptor]) -> Answer:
    """Return descriptors, filtered by `descriptor_type`."""
    kind = ask.query.text("descriptor_type")
    return listing([ask.platform.shapes.descriptor(one) for one in rows if kind in (None, one.descriptor_type)])


def list_providers(ask: Ask) -> Answer:
    """List providers of the institution."""
    requestable = ask.query.flag("requestable")
    if requestable is not None and ask.location is None:
        raise Refusal(400, "Missing parameter location_id")
    rows = [one for one in ask.platform.state.providers.values() if one.institution_id == ask.tenant.id]
    return ask.page_of(
        [one for one in rows if _wanted(ask, one)],
        lambda one: ask.platform.shapes.provider(one, ask.included),
        sort=("updated_at",),
    )


def _wanted(ask: Ask, one: Provider) -> bool:
    since, numbers = ask.query.instant("updated_since"), ask.query.numbers("ids[]")
    place, requestable = ask.location, ask.query.flag("requestable")
    return (
        one.inactive == ask.query.flag("inactive")
        and ask.query.text("foreign_id") in (None, one.foreign_id)
        and (since is None or one.updated_at >= since)
        and (numbers is None or one.id in numbers)
        and (place is None or place.id in one.location_ids)
        and (place is None or requestable is None or (place.id in one.requestable_location_ids) == requestable)
    )


def get_provider(ask: Ask) -> Answer:
    """Show one provider."""
    one = ask.platform.state.providers.get(ask.id)
    record = found(one if one is not None and one.institution_id == ask.tenant.id else None, "Provider")
    return Answer(data=ask.platform.shapes.provider(record, ask.included))


def list_operatories(ask: Ask) -> Answer:
    """List the chairs of a location."""
    rows = [one for one in ask.platform.state.operatories.values() if one.location_id == ask.office.id]
    return ask.page_of(
        [one for one in rows if _chair_wanted(ask, one)],
        lambda one: ask.platform.shapes.operatory(one, ask.included),
    )


def _chair_wanted(ask: Ask, one: Operatory) -> bool:
    since, name = ask.query.instant("updated_since"), ask.query.text("search_name")
    return (
        ask.query.text("foreign_id") in (None, one.foreign_id)
        and (since is None or one.updated_at >= since)
        and (name is None or sounds_like(name, one.name))
    )


def get_operatory(ask: Ask) -> Answer:
    """Show one chair."""
    one = ask.platform.state.operatories.get(ask.id)
    mine = one is not None and ask.platform.state.locations[one.location_id].institution_id == ask.tenant.id
    return Answer(data=ask.platform.shapes.operatory(found(one if mine else None, "Operatory"), ask.included))


def list_sync_status(ask: Ask) -> Answer:
    """List the syncs with their lights; a location without a sync has no entry."""
    wanted = ask.query.numbers("location_ids[]")
    for writer in ask.platform.writers.values():
        writer.check_lights(ask.now)
    ask.platform.look_at_lights(ask.now)
    rows = [
        one
        for one in ask.platform.state.syncs.values()
        if ask.sees(one.institution_id)
        and (ask.institution is None or one.institution_id == ask.institution.id)
        and ask.query.text("read_status") in (None, one.read_light)
        and ask.query.text("write_status") in (None, one.write_light)
    ]
    served = {office.sync_id for office in ask.platform.state.locations.values() if office.id in (wanted or ())}
    return listing([ask.platform.shapes.sync_status(one) for one in rows if wanted is None or one.id in served])


ROUTES = (
    Route(method="POST", path="/authenticates", run=authenticate, migrated=False),
    Route(method="GET", path="/institutions", run=list_institutions, migrated=False),
    Route(method="GET", path="/institutions/{id}", run=get_institution, migrated=False),
    Route(
        method="GET",
        path="/locations",
        run=list_locations,
        migrated=False,
        query=(
            ANY_SUBDOMAIN,
            Field(name="inactive", kind="flag"),
            Field(name="foreign_id"),
            Field(name="filter_by_subscription_feature", words=_FEATURES),
        ),
    ),
    Route(method="GET", path="/locations/{id}", run=get_location, migrated=False),
    Route(
        method="GET",
        path="/locations/{id}/appointment_descriptors",
        run=list_location_descriptors,
        migrated=False,
        query=(DESCRIPTOR_TYPE,),
    ),
    Route(
        method="GET",
        path="/providers",
        run=list_providers,
        query=(
            SUBDOMAIN,
            *PAGING,
            Field(name="sort"),
            ANY_LOCATION,
            Field(name="foreign_id"),
            Field(name="requestable", kind="flag"),
            Field(name="inactive", kind="flag", default=False),
            UPDATED_SINCE,
            _PROVIDER_INCLUDES,
            Field(name="ids[]", kind="numbers", joined=True),
        ),
    ),
    Route(method="GET", path="/providers/{id}", run=get_provider, query=(SUBDOMAIN, _PROVIDER_INCLUDES)),
    Route(
        method="GET",
        path="/operatories",
        run=list_operatories,
        query=(
            SUBDOMAIN,
            LOCATION,
            *PAGING,
            Field(name="search_name"),
            Field(name="foreign_id"),
            UPDATED_SINCE,
            _OPERATORY_INCLUDES,
        ),
    ),
    Route(
        method="GET",
        path="/operatories/{id}",
        run=get_operatory,
        migrated=False,
        query=(SUBDOMAIN, _OPERATORY_INCLUDES),
    ),
    Route(
        method="GET",
        path="/sync_status",
        run=list_sync_status,
        migrated=False,
        query=(
            ANY_SUBDOMAIN,
            Field(name="read_status", words=_LIGHTS),
            Field(name="write_status", words=_LIGHTS),
            Field(name="location_ids[]", kind="numbers"),
        ),
    ),
)
