"""Creates associations at the gateway, with requests that are signed (SigV4) and repeated as its contract says."""

from __future__ import annotations

import json
import random
import re
import time
import urllib.error
import urllib.request
from typing import Any, Callable

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session

DOCUMENT = """mutation ($input: CreatePodIdentityAssociationInput!) {
  createPodIdentityAssociation(input: $input) {
    status
    association { associationId roleArn }
    refusal {
      __typename code message advice retryable
      ... on InvalidInput { findings { path rule message advice } }
      ... on PolicyDenied { violations { policyId message advice } owners }
      ... on ApprovalRequired { approval { id expiresAt } needs { group count } }
    }
    warnings { code message advice }
    retryAfterSeconds
    replayed
    auditEntry { operationId }
  }
}"""

FIRST_BOUND_SECONDS, LONGEST_BOUND_SECONDS = 0.5, 20.0
# API Gateway answers within 30 seconds.
TIMEOUT_SECONDS = 35


class GatewayError(Exception):
    """An error of the gateway: repeating the request does not help."""

    def __init__(self, code: str, message: str, request_id: str | None) -> None:
        super().__init__(message)
        self.code, self.message, self.request_id = code, message, request_id


class UnknownResult(Exception):
    """No answer tells the result: the change may have been made. The same request, sent later, gets the result."""

    def __init__(self, message: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message, self.request_id = message, request_id


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A signature is for one URL."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Gateway:
    """The gateway at a URL, for the AWS credentials of this process."""

    def __init__(self, url: str, region: str | None, follow_seconds: float) -> None:
        """:param region: needed where the URL does not name it, as a domain name of your own"""
        named = re.search(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.com", url)
        region = named.group(1) if named else region
        credentials = Session().get_credentials()
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"GATEWAY_URL is {url!r}, which is not the URL of a gateway.")
        if not region or credentials is None:
            raise ValueError("Signing requests needs AWS credentials and the region of the gateway (AWS_REGION).")
        self._url = f"{url.rstrip('/')}/iam/graphql"
        self._region, self._credentials, self._follow_seconds = region, credentials, follow_seconds
        self._opener = urllib.request.build_opener(_NoRedirects)

    def create(self, fields: dict[str, Any], on_retry: Callable[[str], None]) -> dict[str, Any]:
        """
        The payload of the create: succeeded, refused, or in progress if `follow_seconds` are over.

        :param on_retry: gets why the request is repeated

        Raises GatewayError and UnknownResult.
        """
        body = json.dumps({"query": DOCUMENT, "variables": {"input": fields}}).encode()
        end, bound = time.monotonic() + self._follow_seconds, FIRST_BOUND_SECONDS
        while True:
            payload, error = _read(self._send(body))
            if payload and _is_final(payload):
                return payload
            seconds = (payload or error).get("retryAfterSeconds")
            delay = random.uniform(0.05, bound) if seconds is None else seconds
            if time.monotonic() + delay > end:
                if payload:
                    return payload
                raise UnknownResult(error["message"], error.get("requestId"))
            on_retry(_reason(payload, error))
            time.sleep(delay)
            bound = min(2 * bound, LONGEST_BOUND_SECONDS)

    def _send(self, body: bytes) -> dict[str, Any] | None:
        """The GraphQL response; None if the answer is lost. Raises GatewayError for an answer that API Gateway gives itself."""
        signed = AWSRequest("POST", self._url, headers={"content-type": "application/json"}, data=body)
        # The credentials of a role are renewed: each attempt takes those of now.
        SigV4Auth(self._credentials.get_frozen_credentials(), "execute-api", self._region).add_auth(signed)
        request = urllib.request.Request(self._url, body, dict(signed.headers.items()))
        try:
            try:
                with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                    status, answer = response.status, json.load(response)
            except urllib.error.HTTPError as error:
                with error:
                    status, answer = error.code, json.load(error)
        except (OSError, ValueError):
            return None
        if isinstance(answer, dict) and ("data" in answer or "errors" in answer):
            return answer
        if 400 <= status < 500 and status != 429 and isinstance(answer, dict):
            raise GatewayError(f"HTTP_{status}", str(answer.get("message")), None)
        return None


def _read(response: dict[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The payload, or the error that a later attempt can end. Raises GatewayError and UnknownResult for others."""
    payload = ((response or {}).get("data") or {}).get("createPodIdentityAssociation")
    if payload:
        return payload, {}
    errors = (response or {}).get("errors")
    if not errors:
        return None, {"message": "The gateway did not answer."}
    message, extensions = errors[0]["message"], errors[0].get("extensions") or {}
    code, request_id = extensions.get("code", "UNKNOWN"), extensions.get("requestId")
    if code == "INTERNAL_SERVER_ERROR":
        raise UnknownResult(message, request_id)
    if not extensions.get("retryable"):
        raise GatewayError(code, message, request_id)
    return None, {"message": message, **extensions}


def _reason(payload: dict[str, Any] | None, error: dict[str, Any]) -> str:
    if payload is None:
        return error["message"]
    return payload["refusal"]["code"] if payload["refusal"] else "The request is in progress."


def _is_final(payload: dict[str, Any]) -> bool:
    """A status or a refusal that this version does not know is final only if nothing says when to send it again."""
    if payload["status"] == "SUCCEEDED":
        return True
    if payload["status"] != "REFUSED":
        return False
    # People decide about an approval, not time.
    is_held = payload["refusal"]["__typename"] == "ApprovalRequired"
    return is_held or not payload["refusal"]["retryable"] or payload["retryAfterSeconds"] is None
