"""A simulated NexHealth platform: API, webhooks, patients' own pages and the synchronizer in the office."""

from __future__ import annotations

from odnexus.testing.nexhealth.demo import DemoOffice, demo_office
from odnexus.testing.nexhealth.patient_app import PatientApp
from odnexus.testing.nexhealth.serving import serve_nexhealth
from odnexus.testing.nexhealth.simulator import API_KEY, NexHealthSimulator
from odnexus.testing.nexhealth.state import State
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.synchronizer import Synchronizer
from odnexus.testing.nexhealth.values import Refusal
from odnexus.testing.nexhealth.webhooks import Webhooks, sign

__all__ = [
    "API_KEY",
    "DemoOffice",
    "NexHealthSimulator",
    "PatientApp",
    "Refusal",
    "State",
    "Switches",
    "Synchronizer",
    "Webhooks",
    "demo_office",
    "serve_nexhealth",
    "sign",
]
