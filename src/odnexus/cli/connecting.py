"""From settings to things that work: sealer, vault, store, clients, engine. Nothing here asks a system anything yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from odnexus._calls import Secret
from odnexus._sync._compat import Handler
from odnexus._sync.engine import SyncEngine
from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.nexhealth_tokens import Tokens
from odnexus._sync.opendental import OpenDental
from odnexus.cli.settings import OAuthSettings, Settings
from odnexus.errors import ConfigurationError
from odnexus.nexhealth.oauth import OAuthAuthorizer
from odnexus.nexhealth.rates import new_pace
from odnexus.nexhealth.tokens import ApiKeyAuthorizer, Authorizer
from odnexus.reconcile.alerting import AlertSink
from odnexus.stores import Sealer, SqliteStore
from odnexus.vault import LiveSealer, LiveSecrets, Reference, Vault, VaultKeeper, resolve


def check_sendable(place: str, secret: Secret) -> None:
    """Refuse what cannot be sent as a key; which letter it is stays unsaid, since it is part of a secret.

    Raises:
        ConfigurationError: It holds a letter that no key has.
    """
    if not secret.is_plain:
        raise ConfigurationError(f"{place}: it holds a letter that no key has; copy the key anew, as plain text")


class Keys:
    """Finds the secrets that settings refer to."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.folder
        self.vault: Vault | None = None
        if settings.vault is not None:
            # A key of the vault cannot lie in it: this asks only the other places.
            chosen = settings.vault
            sealer = LiveSealer(lambda: self.sealer("vault", chosen.key, chosen.older_keys))
            self.vault = Vault(settings.folder / settings.vault.path, sealer)

    def all(self, place: str, references: Sequence[Reference]) -> list[Secret]:
        """Return every live secret behind *references*; what cannot be found is blamed on *place*."""
        try:
            return [each for reference in references for each in resolve(reference, self._folder, self.vault)]
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: {error}") from None

    def one(self, place: str, reference: Reference) -> Secret:
        """Return the secret to send."""
        return self.all(place, [reference])[0]

    def live(self, place: str, *references: Reference) -> LiveSecrets:
        """Return what reads every live secret behind *references* afresh, now for the first time.

        Raises:
            ConfigurationError: One is not there, or holds what no key does: a typographic quote, two lines.
        """

        def found() -> tuple[Secret, ...]:
            secrets = tuple(self.all(place, references))
            for each in secrets:
                check_sendable(place, each)
            return secrets

        return LiveSecrets(found, place)

    def sealer(self, place: str, key: Reference, older: Sequence[Reference]) -> Sealer:
        """Return a sealer with the keys behind the references."""
        keys = [each.reveal() for each in (*self.all(f"{place}.key", [key]), *self.all(f"{place}.older_keys", older))]
        try:
            return Sealer(*keys)
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}.key: {error}; make one with odnexus vault new-key") from None


class Office:
    """The connections of one settings file, made when first used; close it, or use it in a ``with`` block."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = Keys(settings)
        self._stack = ExitStack()
        self._store: SqliteStore | None = None
        self._opendental: dict[str, OpenDental] = {}
        self._nexhealth: dict[str, NexHealth] = {}
        self._nexhealth_pace = new_pace()

    @property
    def store_path(self) -> Path:
        """Return where the store lies."""
        return self.settings.folder / self.settings.store.path

    @property
    def store(self) -> SqliteStore:
        """Return the store, opened."""
        if self._store is None:
            self._store = self._stack.enter_context(SqliteStore(self.store_path))
        return self._store

    def sealer(self) -> LiveSealer:
        """Return what seals and opens patient data, with the keys as they are at each moment."""
        chosen = self.settings.store
        return LiveSealer(lambda: self.keys.sealer("store", chosen.key, chosen.older_keys))

    def opendental(self, database: str) -> OpenDental:
        """Return the client of *database*."""
        if database not in self._opendental:
            chosen, place = self.settings.opendental[database], f"opendental.{database}"
            client = OpenDental(
                developer_key=self.keys.live(f"{place}.developer_key", chosen.developer_key),
                customer_key=self.keys.live(f"{place}.customer_key", chosen.customer_key),
                mode=chosen.mode,
                base_url=chosen.base_url,
                host=chosen.host,
                version=chosen.version,
                tier=chosen.tier,
            )
            self._opendental[database] = self._stack.enter_context(client)
        return self._opendental[database]

    def nexhealth(self, subdomain: str) -> NexHealth:
        """Return the client for *subdomain*; all of them share one token and one budget."""
        if subdomain not in self._nexhealth:
            chosen = self.settings.nexhealth
            first = next(iter(self._nexhealth.values()), None)
            client = NexHealth(
                tokens=first.tokens if first is not None else Tokens(self.authorizer()),
                subdomain=subdomain,
                base_url=chosen.base_url,
                pace=self._nexhealth_pace,
            )
            self._nexhealth[subdomain] = self._stack.enter_context(client)
        return self._nexhealth[subdomain]

    def authorizer(self) -> Authorizer:
        """Return how tokens of NexHealth are got."""
        chosen = self.settings.nexhealth
        if chosen.oauth is None:
            reference = chosen.api_key
            if reference is None:
                raise ConfigurationError("nexhealth.api_key: name either api_key or oauth")
            return ApiKeyAuthorizer(self.keys.live("nexhealth.api_key", reference))
        return self._oauth(chosen.oauth)

    def _oauth(self, chosen: OAuthSettings) -> OAuthAuthorizer:
        if self.keys.vault is None:
            raise ConfigurationError("nexhealth.oauth: its tokens are kept in a vault: add a section [vault]")
        secret = chosen.client_secret
        return OAuthAuthorizer(
            token_url=chosen.token_url,
            client_id=chosen.client_id,
            keeper=VaultKeeper(self.keys.vault, chosen.entry),
            client_secret=self.keys.live("nexhealth.oauth.client_secret", secret) if secret is not None else None,
            auth_method=chosen.auth_method,
            scope=chosen.scope,
            authorize_url=chosen.authorize_url,
            redirect_uri=chosen.redirect_uri,
        )

    def engine(self, alerts: AlertSink | None = None, handlers: Mapping[str, Handler] | None = None) -> SyncEngine:
        """Return the engine of the practice."""
        settings, practice = self.settings, self.settings.practice
        used = {location.database for location in practice.locations}
        return SyncEngine(
            practice,
            nexhealth={name: self.nexhealth(name) for name in {practice.realm(each) for each in practice.locations}},
            opendental={name: self.opendental(name) for name in used},
            store=self.store,
            sealer=self.sealer(),
            alerts=alerts,
            handlers=handlers,
            webhook_secrets=self.keys.live("nexhealth.webhook_secrets", *settings.nexhealth.webhook_secrets),
            # Open Dental's API Events carry the customer key (page "API Events").
            event_keys={
                name: self.keys.live(f"opendental.{name}.customer_key", settings.opendental[name].customer_key)
                for name in used
            },
        )

    def close(self) -> None:
        """Close the connections and the store."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
