"""odnexus joins Open Dental and NexHealth: clients, mapping, patient matching and a sync engine to embed.

Everything public is reachable from here and loaded when it is first used, so that ``import odnexus`` costs next to
nothing. `_HOMES` is the list of public names; the block for type checkers repeats it with the real things, and a test
holds the two together. What lives in a private module shows this package as its home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odnexus._async.nexhealth import (
        AsyncNexHealth as AsyncNexHealth,
    )
    from odnexus._async.opendental import (
        AsyncOpenDental as AsyncOpenDental,
    )
    from odnexus._async.waitlist import (
        AsyncAsapOffers as AsyncAsapOffers,
    )
    from odnexus._calls import (
        Secret as Secret,
    )
    from odnexus._pace import (
        Limit as Limit,
        Pace as Pace,
        RetryPolicy as RetryPolicy,
    )
    from odnexus._sync.nexhealth import (
        NexHealth as NexHealth,
    )
    from odnexus._sync.opendental import (
        OpenDental as OpenDental,
    )
    from odnexus._sync.waitlist import (
        AsapOffers as AsapOffers,
    )
    from odnexus.engine import (
        Alert as Alert,
        Answer as Answer,
        AsyncSyncEngine as AsyncSyncEngine,
        AtRisk as AtRisk,
        DomainEvent as DomainEvent,
        Link as Link,
        LinkState as LinkState,
        PollReport as PollReport,
        Question as Question,
        Received as Received,
        Ref as Ref,
        Review as Review,
        Slot as Slot,
        StepReport as StepReport,
        SyncEngine as SyncEngine,
        WaitlistCandidate as WaitlistCandidate,
    )
    from odnexus.errors import (
        AmbiguousWriteError as AmbiguousWriteError,
        ApiError as ApiError,
        AuthenticationError as AuthenticationError,
        AuthorizationLostError as AuthorizationLostError,
        ConfigurationError as ConfigurationError,
        ConflictError as ConflictError,
        ConnectionFailedError as ConnectionFailedError,
        EmptySideError as EmptySideError,
        InvalidRequestError as InvalidRequestError,
        LeaseLostError as LeaseLostError,
        LinkConflictError as LinkConflictError,
        MappingError as MappingError,
        NotAllowedError as NotAllowedError,
        NotFoundError as NotFoundError,
        OdnexusError as OdnexusError,
        OfficeOfflineError as OfficeOfflineError,
        PermissionDeniedError as PermissionDeniedError,
        RateLimitError as RateLimitError,
        RequestTimeoutError as RequestTimeoutError,
        ResponseError as ResponseError,
        SealError as SealError,
        ServerError as ServerError,
        SignatureError as SignatureError,
        StoreError as StoreError,
        SyncError as SyncError,
        UnexpectedResponseError as UnexpectedResponseError,
        UnsupportedError as UnsupportedError,
        WebhookError as WebhookError,
    )
    from odnexus.practice import (
        CancelRule as CancelRule,
        InsurancePolicy as InsurancePolicy,
        IntakePolicy as IntakePolicy,
        LateCancel as LateCancel,
        Location as Location,
        MatchPolicy as MatchPolicy,
        MirrorPolicy as MirrorPolicy,
        Modes as Modes,
        Practice as Practice,
        TypeRule as TypeRule,
    )
    from odnexus.reconcile.offers import (
        OfferRule as OfferRule,
    )
    from odnexus.reconcile.policy import (
        FieldRule as FieldRule,
        VisitPolicy as VisitPolicy,
    )
    from odnexus.stores import (
        MemoryStore as MemoryStore,
        Sealer as Sealer,
        SqliteStore as SqliteStore,
        in_threads as in_threads,
    )

__version__ = "0.1.0"

_HOMES: dict[str, tuple[str, ...]] = {
    "_async.nexhealth": ("AsyncNexHealth",),
    "_async.opendental": ("AsyncOpenDental",),
    "_async.waitlist": ("AsyncAsapOffers",),
    "_calls": ("Secret",),
    "_pace": (
        "Limit",
        "Pace",
        "RetryPolicy",
    ),
    "_sync.nexhealth": ("NexHealth",),
    "_sync.opendental": ("OpenDental",),
    "_sync.waitlist": ("AsapOffers",),
    "engine": (
        "Alert",
        "Answer",
        "AsyncSyncEngine",
        "AtRisk",
        "DomainEvent",
        "Link",
        "LinkState",
        "PollReport",
        "Question",
        "Received",
        "Ref",
        "Review",
        "Slot",
        "StepReport",
        "SyncEngine",
        "WaitlistCandidate",
    ),
    "practice": (
        "CancelRule",
        "IntakePolicy",
        "LateCancel",
        "InsurancePolicy",
        "Location",
        "MatchPolicy",
        "MirrorPolicy",
        "Modes",
        "Practice",
        "TypeRule",
    ),
    "reconcile.offers": ("OfferRule",),
    "reconcile.policy": (
        "FieldRule",
        "VisitPolicy",
    ),
    "stores": (
        "MemoryStore",
        "Sealer",
        "SqliteStore",
        "in_threads",
    ),
    "errors": (
        "AmbiguousWriteError",
        "ApiError",
        "AuthenticationError",
        "AuthorizationLostError",
        "ConfigurationError",
        "ConflictError",
        "ConnectionFailedError",
        "EmptySideError",
        "InvalidRequestError",
        "LeaseLostError",
        "LinkConflictError",
        "MappingError",
        "NotAllowedError",
        "NotFoundError",
        "OdnexusError",
        "OfficeOfflineError",
        "PermissionDeniedError",
        "RateLimitError",
        "RequestTimeoutError",
        "ResponseError",
        "SealError",
        "ServerError",
        "SignatureError",
        "StoreError",
        "SyncError",
        "UnexpectedResponseError",
        "UnsupportedError",
        "WebhookError",
    ),
}
"""Module below this package → the public names it gives."""

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["__version__", *_HOME_OF]  # noqa: PLE0604  # pyright: ignore[reportUnsupportedDunderAll]


def _load(module: str, name: str) -> object:
    from importlib import import_module  # noqa: PLC0415 - only the first use pays for it

    value: object = getattr(import_module(module), name)
    if isinstance(value, type) and any(part.startswith("_") for part in value.__module__.split(".")):
        # attrs classes resolve their annotations in the module they name: do that before the name changes.
        if hasattr(value, "__attrs_attrs__"):
            from attrs import resolve_types  # noqa: PLC0415

            resolve_types(value)
        value.__module__ = __name__
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})


if not TYPE_CHECKING:  # a type checker would take every name for public

    def __getattr__(name: str) -> object:
        """Import the home of *name* and keep what it gives (PEP 562)."""
        if name not in _HOME_OF:
            raise AttributeError(f"module 'odnexus' has no attribute {name!r}", name=name)
        value = globals()[name] = _load(f"odnexus.{_HOME_OF[name]}", name)
        return value
