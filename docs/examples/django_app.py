"""Django in one file: the webhook, the questions, and the worker.

In a project of yours the views go into ``views.py``, and ``work`` into a management command or a task.
"""

from __future__ import annotations

import office
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from odnexus import SignatureError, WebhookError

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="change me", USE_TZ=True)  # noqa: S106


@csrf_exempt  # NexHealth sends no form: the signature vouches for it
@require_POST
def nexhealth(request: HttpRequest) -> HttpResponse:
    """Take a delivery: its bytes as they came, since the signature covers them."""
    try:
        office.engine().receive(request.headers, request.body)
    except SignatureError:
        return HttpResponse(status=401)
    except WebhookError:
        return HttpResponse(status=400)
    return HttpResponse(status=204)


@require_GET
def reviews(_: HttpRequest) -> JsonResponse:
    """Show the open questions. Put ``login_required`` before it."""
    return JsonResponse({"questions": office.questions()})


urlpatterns = [path("nexhealth", nexhealth), path("reviews", reviews)]
