from __future__ import annotations

import httpx
import pytest

from odnexus.testing import VirtualClock, transport
from odnexus.testing.opendental import Headquarters, OpenDentalSimulator, demo_practice


def offices() -> tuple[OpenDentalSimulator, OpenDentalSimulator]:
    clock = VirtualClock()
    one = demo_practice(clock, mode="remote")
    return one, demo_practice(clock, variant=2, mode="remote", customer_key="TestCustomerKey2")


def test_the_customer_key_says_which_office_is_meant() -> None:
    one, two = offices()
    headers = {"Content-Type": "application/json"}
    with httpx.Client(transport=transport(Headquarters(one, two)), base_url=one.base_url, headers=headers) as client:
        seen = [
            client.get("/appointments/8001", headers={"Authorization": office.authorization()}).json()["Confirmed"]
            for office in (one, two)
        ]
        stranger = client.get("/appointments/8001", headers={"Authorization": "ODFHIR TestDeveloperKey/Nobody"})

    assert seen == [one.demo.definitions["Not Called"], two.demo.definitions["Not Called"]]
    assert stranger.status_code == 401
    assert [one.count(), two.count()] == [1, 1]


def test_offices_differ_in_their_keys_and_share_a_clock() -> None:
    one, _ = offices()

    with pytest.raises(ValueError, match="one clock"):
        Headquarters(one, demo_practice(VirtualClock(), customer_key="TestCustomerKey2"))
    with pytest.raises(ValueError, match="keys"):
        Headquarters(one, one)
