"""Resources are made when they are asked for, once per client, and a limited client makes its own."""

from __future__ import annotations

from typing import assert_type

import pytest

from odnexus._async.offering import AsyncOffered
from odnexus._async.opendental import AsyncOpenDental
from odnexus._async.opendental_patients import AsyncPatients
from odnexus.errors import NotAllowedError
from odnexus.reconcile.features import Allowed
from tests._async.running import running

READS = Allowed(api="opendental", reads_only=True)


def client() -> AsyncOpenDental:
    return AsyncOpenDental(developer_key="d", customer_key="c", base_url="https://od.example.com")


def test_a_resource_is_made_once_and_of_its_type() -> None:
    od = client()

    assert "patients" not in vars(od)
    assert_type(od.patients, AsyncPatients)
    assert isinstance(od.patients, AsyncPatients)
    assert vars(od)["patients"] is od.patients


def test_the_class_shows_what_it_offers() -> None:
    assert isinstance(AsyncOpenDental.patients, AsyncOffered)
    assert "AsyncPatients" in str(AsyncOpenDental.patients.__doc__)
    assert "patients" in dir(client())


def test_every_home_is_the_resource_that_its_annotation_names() -> None:
    od = client()
    offered = [name for name, each in vars(AsyncOpenDental).items() if isinstance(each, AsyncOffered)]

    assert {name: AsyncOpenDental.__annotations__[name] for name in offered} == {
        name: f"AsyncOffered[{type(getattr(od, name)).__name__}]" for name in offered
    }


@running
async def test_a_limited_client_refuses_in_resources_that_the_whole_one_had_made() -> None:
    od = client()
    before = od.patients
    view = od.limited(READS)

    with pytest.raises(NotAllowedError):
        await view.patients.update(1, l_name="Okafor")
    assert od.patients is before
    assert view.patients is not before
