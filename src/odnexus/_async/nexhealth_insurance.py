"""Insurance as NexHealth has read it from the practice's system. All of it is read-only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Unpack

from odnexus._async.nexhealth_resource import AsyncResource
from odnexus.nexhealth import calls
from odnexus.nexhealth.filters import CoverageFilters, InsurancePlanFilters
from odnexus.nexhealth.models import Coverage, InsurancePlan, Page
from odnexus.nexhealth.words import InsurancePlanInclude


class AsyncInsurancePlans(AsyncResource):
    """Insurance plans of the practice's system (page "Insurance plans")."""

    def iter(self, **filters: Unpack[InsurancePlanFilters]) -> AsyncIterator[InsurancePlan]:
        """Walk through the plans of the institution, without deleted ones unless asked for.

        Args:
            filters: See `InsurancePlanFilters`.
        """
        return self._each(calls.list_insurance_plans(self._scope, filters))

    def pages(self, **filters: Unpack[InsurancePlanFilters]) -> AsyncIterator[Page[InsurancePlan]]:
        """Walk as `iter` does, page by page: for cursors, warnings and counts of what was left out."""
        return self._pages(calls.list_insurance_plans(self._scope, filters))

    async def get(self, id: int, include: Sequence[InsurancePlanInclude] | None = None) -> InsurancePlan:
        """Return the plan *id*.

        Args:
            id: NexHealth's id.
            include: What to embed.

        Raises:
            NotFoundError: There is none in this institution.
        """
        return await self._send(calls.get_insurance_plan(self._scope, id, {"include": include or None}))


class AsyncInsuranceCoverages(AsyncResource):
    """Who is covered by which plan (page "Insurance coverages").

    ``patients.get(id, include=["insurance_coverages"])`` gives those of one patient together with plan and subscriber.
    """

    def iter(self, **filters: Unpack[CoverageFilters]) -> AsyncIterator[Coverage]:
        """Walk through the coverages of the institution; active ones unless ``active=False`` is given.

        Args:
            filters: See `CoverageFilters`.

        Raises:
            NotFoundError: The patient asked for is none of this institution.
        """
        return self._each(calls.list_insurance_coverages(self._scope, filters))

    def pages(self, **filters: Unpack[CoverageFilters]) -> AsyncIterator[Page[Coverage]]:
        """Walk as `iter` does, page by page: for cursors, warnings and counts of what was left out."""
        return self._pages(calls.list_insurance_coverages(self._scope, filters))

    async def get(self, id: int) -> Coverage:
        """Return the coverage *id* with its subscriber.

        Raises:
            NotFoundError: There is none in this institution.
        """
        return await self._send(calls.get_insurance_coverage(self._scope, id))
