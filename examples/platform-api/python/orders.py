"""Binds the role of a service that a team orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from gateway import Gateway, GatewayError, UnknownResult


@dataclass(frozen=True)
class Order:
    """A service, whose pods get the role that the platform made for it."""

    id: str
    """Of the platform. The client request token follows from it, so that a repeated order is a replay."""
    person: str
    """Whom the platform has authenticated, by a name that the inventory of the gateway lists."""
    cluster: str
    namespace: str
    service: str
    """Name of the service, and of its Kubernetes service account."""
    team: str


@dataclass(frozen=True)
class Answer:
    """The answer to an order."""

    status: int
    """Of HTTP."""
    body: dict[str, Any]
    retry_after_seconds: int | None = None
    """When to send the order again; None when that does not help."""


def place_order(gateway: Gateway, role_arn: str, order: Order, on_retry: Callable[[str], None]) -> Answer:
    """
    Returns once the result is known, or the gateway has repeated the request for as long as it may.

    :param on_retry: gets why the request is repeated
    """
    try:
        payload = gateway.create(
            {
                "clusterName": order.cluster,
                "namespace": order.namespace,
                "serviceAccount": order.service,
                "roleArn": role_arn.replace("{namespace}", order.namespace).replace("{service}", order.service),
                "tags": [{"key": "team", "value": order.team}],
                "onBehalfOf": order.person,
                "reason": f"Order {order.id}",
                "clientRequestToken": f"order-{order.id}",
            },
            on_retry,
        )
    except UnknownResult as error:
        return Answer(503, {"state": "unknown", "message": error.message, "requestId": error.request_id}, 5)
    except GatewayError as error:
        body = {"state": "failed", "code": error.code, "message": error.message, "requestId": error.request_id}
        return Answer(502, body)
    return _answer_to(payload)


def in_progress(seconds: int | None, reason: str | None) -> Answer:
    """
    While the result is not known: the same order, sent again, gets it.

    :param reason: why the request was repeated last, for example a refusal that can pass; None: it was not
    """
    return Answer(202, {"state": "in progress", "reason": reason}, 5 if seconds is None else seconds)


def _answer_to(payload: dict[str, Any]) -> Answer:
    seconds, operation_id = payload["retryAfterSeconds"], payload["auditEntry"]["operationId"]
    if payload["status"] == "SUCCEEDED":
        details = {name: payload[name] for name in ("warnings", "replayed")}
        return Answer(200, {"state": "bound", **payload["association"], **details, "operationId": operation_id})
    if payload["status"] != "REFUSED":
        return in_progress(seconds, None)
    refusal = payload["refusal"]
    said = {"message": refusal["message"], "advice": refusal["advice"], "operationId": operation_id}
    if refusal["__typename"] == "ApprovalRequired":
        approval = refusal["approval"] or {"id": None, "expiresAt": None}
        who = {"approvers": refusal["needs"], "approvalId": approval["id"], "expiresAt": approval["expiresAt"]}
        return Answer(202, {"state": "needs approval", **said, **who}, seconds)
    reasons = refusal.get("violations") or refusal.get("findings") or []
    why = {"code": refusal["code"], "reasons": reasons, "owners": refusal.get("owners") or []}
    return Answer(422, {"state": "refused", **said, **why}, seconds)
