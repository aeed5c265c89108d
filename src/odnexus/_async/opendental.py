"""The Open Dental client: resources as attributes, one office, one pair of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast, overload

from odnexus._async._compat import AsyncClock, SystemAsyncClock
from odnexus._async.offering import AsyncOffered, forget_made
from odnexus._async.opendental_routes import AsyncConnection, AsyncKeys, AsyncResource, AsyncRoute
from odnexus._async.transport import AsyncHttpTransport
from odnexus._calls import Json, KeySource, Method, check_base_url, check_key, require
from odnexus._pace import CALL_RETRY, Pace, RetryPolicy
from odnexus.opendental import modes
from odnexus.opendental.modes import Mode, Tier
from odnexus.opendental.versions import Version, office_version
from odnexus.reconcile.features import Allowed

if TYPE_CHECKING:
    from odnexus._async.opendental_care import (
        AsyncApptFieldDefs,
        AsyncApptFields,
        AsyncAsapComms,
        AsyncProcedureCodes,
        AsyncProcedures,
        AsyncRecalls,
    )
    from odnexus._async.opendental_clinical import (
        AsyncAllergies,
        AsyncAllergyDefs,
        AsyncDiseaseDefs,
        AsyncDiseases,
        AsyncMedicationPats,
        AsyncMedications,
        AsyncPatFieldDefs,
        AsyncPatFields,
        AsyncPatientNotes,
        AsyncPatientRaces,
        AsyncPopups,
        AsyncSheetDefs,
        AsyncSheetFields,
        AsyncSheets,
    )
    from odnexus._async.opendental_documents import AsyncDocuments
    from odnexus._async.opendental_insurance import (
        AsyncBenefits,
        AsyncFamilyModules,
        AsyncInsPlans,
        AsyncInsSubs,
        AsyncInsVerifies,
        AsyncPatPlans,
    )
    from odnexus._async.opendental_patients import AsyncPatients
    from odnexus._async.opendental_records import AsyncCarriers, AsyncCommlogs, AsyncSubscriptions
    from odnexus._async.opendental_setup import (
        AsyncAppointmentTypes,
        AsyncClinics,
        AsyncDefinitions,
        AsyncOperatories,
        AsyncPreferences,
        AsyncProviders,
        AsyncSchedules,
        AsyncSecurityPerms,
    )
    from odnexus._async.opendental_visits import AsyncAppointments, AsyncHistAppointments
    from odnexus.opendental.calls import RawValue

T = TypeVar("T")
R = TypeVar("R", bound=AsyncResource)


class AsyncOpenDental:
    """A client of one office's Open Dental API.

    Use it as a context manager, or close it. One customer key is one office's database; numbers of records mean
    nothing in another one. All times are the office's wall clock.

    Args:
        developer_key: Key of the developer portal, or what returns the live ones, newest first.
        customer_key: Key of this office for this developer, or what returns the live ones, newest first. It is
            asked with every request, so a rotated key counts at once; one that is refused gives way to the older.
        mode: How to reach the office, or several ways in order of preference, such as ``("service", "remote")``.
        base_url: Where the API lives, if not where *mode* says; only with a single mode.
        host: The office's server, for the API Service; this machine unless given.
        version: The office's version of Open Dental, such as ``"25.4.48.0"``. What it lacks is then refused before
            anything is sent. Unless given it is unknown until `program_version` was asked.
        tier: The permission that decides the rate in remote mode: ``"read_all"`` (1 per 5 s), ``"standard"``
            (1 per s) or ``"enterprise"`` (2 per s).
        transport: An httpx transport to use instead of the network, for tests and proxies.
        clock: Source of time.
        pace: Rate budget of the customer key in remote mode, to share between all clients of a key.
        retry: How often and how patiently one call is tried.
        timeout: Seconds to wait for an answer; the vendor gives up after 60.
        read_only: Refuse everything but reads with `NotAllowedError`, for audits and trials.

    Raises:
        ConfigurationError: A key is empty, a mode unknown, or a URL without TLS outside the office.
    """

    patients: AsyncOffered[AsyncPatients] = AsyncOffered("opendental_patients.AsyncPatients")
    appointments: AsyncOffered[AsyncAppointments] = AsyncOffered("opendental_visits.AsyncAppointments")
    hist_appointments: AsyncOffered[AsyncHistAppointments] = AsyncOffered("opendental_visits.AsyncHistAppointments")
    appointment_types: AsyncOffered[AsyncAppointmentTypes] = AsyncOffered("opendental_setup.AsyncAppointmentTypes")
    providers: AsyncOffered[AsyncProviders] = AsyncOffered("opendental_setup.AsyncProviders")
    operatories: AsyncOffered[AsyncOperatories] = AsyncOffered("opendental_setup.AsyncOperatories")
    definitions: AsyncOffered[AsyncDefinitions] = AsyncOffered("opendental_setup.AsyncDefinitions")
    clinics: AsyncOffered[AsyncClinics] = AsyncOffered("opendental_setup.AsyncClinics")
    preferences: AsyncOffered[AsyncPreferences] = AsyncOffered("opendental_setup.AsyncPreferences")
    schedules: AsyncOffered[AsyncSchedules] = AsyncOffered("opendental_setup.AsyncSchedules")
    security_perms: AsyncOffered[AsyncSecurityPerms] = AsyncOffered("opendental_setup.AsyncSecurityPerms")
    procedure_codes: AsyncOffered[AsyncProcedureCodes] = AsyncOffered("opendental_care.AsyncProcedureCodes")
    procedures: AsyncOffered[AsyncProcedures] = AsyncOffered("opendental_care.AsyncProcedures")
    recalls: AsyncOffered[AsyncRecalls] = AsyncOffered("opendental_care.AsyncRecalls")
    asap_comms: AsyncOffered[AsyncAsapComms] = AsyncOffered("opendental_care.AsyncAsapComms")
    appt_fields: AsyncOffered[AsyncApptFields] = AsyncOffered("opendental_care.AsyncApptFields")
    appt_field_defs: AsyncOffered[AsyncApptFieldDefs] = AsyncOffered("opendental_care.AsyncApptFieldDefs")
    commlogs: AsyncOffered[AsyncCommlogs] = AsyncOffered("opendental_records.AsyncCommlogs")
    carriers: AsyncOffered[AsyncCarriers] = AsyncOffered("opendental_records.AsyncCarriers")
    subscriptions: AsyncOffered[AsyncSubscriptions] = AsyncOffered("opendental_records.AsyncSubscriptions")
    allergy_defs: AsyncOffered[AsyncAllergyDefs] = AsyncOffered("opendental_clinical.AsyncAllergyDefs")
    allergies: AsyncOffered[AsyncAllergies] = AsyncOffered("opendental_clinical.AsyncAllergies")
    disease_defs: AsyncOffered[AsyncDiseaseDefs] = AsyncOffered("opendental_clinical.AsyncDiseaseDefs")
    diseases: AsyncOffered[AsyncDiseases] = AsyncOffered("opendental_clinical.AsyncDiseases")
    medication_pats: AsyncOffered[AsyncMedicationPats] = AsyncOffered("opendental_clinical.AsyncMedicationPats")
    medications: AsyncOffered[AsyncMedications] = AsyncOffered("opendental_clinical.AsyncMedications")
    pat_field_defs: AsyncOffered[AsyncPatFieldDefs] = AsyncOffered("opendental_clinical.AsyncPatFieldDefs")
    pat_fields: AsyncOffered[AsyncPatFields] = AsyncOffered("opendental_clinical.AsyncPatFields")
    patient_notes: AsyncOffered[AsyncPatientNotes] = AsyncOffered("opendental_clinical.AsyncPatientNotes")
    patient_races: AsyncOffered[AsyncPatientRaces] = AsyncOffered("opendental_clinical.AsyncPatientRaces")
    popups: AsyncOffered[AsyncPopups] = AsyncOffered("opendental_clinical.AsyncPopups")
    sheet_defs: AsyncOffered[AsyncSheetDefs] = AsyncOffered("opendental_clinical.AsyncSheetDefs")
    sheet_fields: AsyncOffered[AsyncSheetFields] = AsyncOffered("opendental_clinical.AsyncSheetFields")
    sheets: AsyncOffered[AsyncSheets] = AsyncOffered("opendental_clinical.AsyncSheets")
    documents: AsyncOffered[AsyncDocuments] = AsyncOffered("opendental_documents.AsyncDocuments")
    ins_plans: AsyncOffered[AsyncInsPlans] = AsyncOffered("opendental_insurance.AsyncInsPlans")
    ins_subs: AsyncOffered[AsyncInsSubs] = AsyncOffered("opendental_insurance.AsyncInsSubs")
    pat_plans: AsyncOffered[AsyncPatPlans] = AsyncOffered("opendental_insurance.AsyncPatPlans")
    benefits: AsyncOffered[AsyncBenefits] = AsyncOffered("opendental_insurance.AsyncBenefits")
    ins_verifies: AsyncOffered[AsyncInsVerifies] = AsyncOffered("opendental_insurance.AsyncInsVerifies")
    family_modules: AsyncOffered[AsyncFamilyModules] = AsyncOffered("opendental_insurance.AsyncFamilyModules")

    def __init__(
        self,
        *,
        developer_key: KeySource,
        customer_key: KeySource,
        mode: Mode | Sequence[Mode] = "remote",
        base_url: str | None = None,
        host: str | None = None,
        version: str | Version | None = None,
        tier: Tier = "standard",
        transport: AsyncHttpTransport | None = None,
        clock: AsyncClock | None = None,
        pace: Pace | None = None,
        retry: RetryPolicy | None = None,
        timeout: float = 65.0,
        read_only: bool = False,
    ) -> None:
        check_key(developer_key, "developer_key", "give the key of the developer portal")
        check_key(customer_key, "customer_key", "give the office's key for this developer")
        ways = modes.modes(mode)
        require(base_url is None or len(ways) == 1, "base_url", "give it with a single mode only")
        clock = clock or SystemAsyncClock()
        retry = retry or CALL_RETRY
        routes = [
            AsyncRoute(
                check_base_url(
                    modes.with_path(base_url or modes.base_url(way, host)),
                    private_network_may_be_plain=way != "remote",
                ),
                credentials=AsyncKeys(developer_key, customer_key),
                pace=pace if pace is not None and way == "remote" else modes.pace_for(way, tier),
                retry=retry,
                clock=clock,
                timeout=timeout,
                transport=cast(Any, transport),
            )
            for way in ways
        ]
        known = Version.parse(version) if isinstance(version, str) else version
        connection = AsyncConnection(routes, clock=clock, retry=retry, version=known)
        self._connection = connection.limited(Allowed(api="opendental", reads_only=True)) if read_only else connection

    def _make(self, kind: type[R]) -> R:
        return kind(self._connection)

    @property
    def version(self) -> Version | None:
        """The office's version as far as it is known."""
        return self._connection.version

    @property
    def requests_sent(self) -> int:
        """How many requests have left so far, all modes together; of a `limited` client, its own."""
        return self._connection.sent

    def limited(self, allowed: Allowed) -> Self:
        """Return a client of the same office that refuses what *allowed* does not allow with `NotAllowedError`.

        It shares connections, rate budget and what is known of the version with this one; closing either closes both.
        """
        view = copy(self)
        view._connection = self._connection.limited(allowed)  # noqa: SLF001 - a copy of this object
        forget_made(view)
        return view

    async def program_version(self) -> Version:
        """Ask the office for its version of Open Dental, remember it for the gates, and return it.

        It is also the cheapest sign of life, free of patient data (``GET /preferences``).

        Raises:
            UnexpectedResponseError: The answer holds no version.
        """
        from odnexus.opendental import calls  # noqa: PLC0415 - what a client can ask is loaded when it asks

        self._connection.version = office_version(await self._connection.send(calls.program_version()))
        return self._connection.version

    @overload
    async def request(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, RawValue] | None = None,
        body: Json = None,
        idempotent: bool | None = None,
        read: None = None,
    ) -> Json: ...
    @overload
    async def request(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, RawValue] | None = None,
        body: Json = None,
        idempotent: bool | None = None,
        read: Callable[[Json], T],
    ) -> T: ...
    async def request(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, RawValue] | None = None,
        body: Json = None,
        idempotent: bool | None = None,
        read: Callable[[Json], T] | None = None,
    ) -> Json | T:
        """Call any other endpoint of the API: documented words as they stand, JSON in and out.

        Pace, retries and errors are those of every call; names, values and versions are not checked, and one page of
        a list is one page.

        Args:
            method: HTTP method.
            path: Path below ``/api/v1`` with ids filled in, without a query.
            params: Query; Python's dates and booleans are written as Open Dental wants them.
            body: JSON body, sent as it is. Booleans are the texts ``"true"`` and ``"false"``.
            idempotent: Whether it may be sent again after doubt; unless given, only a GET is.
            read: Turns the JSON (``None`` for an empty answer) into the result.
        """
        from odnexus.opendental import calls  # noqa: PLC0415 - as above

        answer = await self._connection.send(calls.raw(method, path, params=params, body=body, repeatable=idempotent))
        return answer if read is None else read(answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
