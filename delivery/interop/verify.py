"""Verifies messages with the specification's own Python library, and checks that it refuses changed ones.

Reads the output of the example `signed`. Fails if a good message is refused, a bad one is accepted, or a kind of
message is missing.
"""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

FOREIGN = "whsec_" + base64.b64encode(b"of another endpoint's owner").decode()
# The numbers of secrets of a message, and the kinds of bad messages: each has to occur.
EXPECTED = {1, 2, 3, "old", "early", "non-ASCII"}


def refusal(secret, body, headers):
    """The reason for refusing the message; None if it is accepted."""
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError as error:
        return str(error)
    return None


def other_signatures(header):
    """The same header with one character of each signature changed, and without the version's number."""
    def other(signature):
        return signature[:5] + ("A" if signature[5] != "A" else "B") + signature[6:]

    signatures = header.split(" ")
    yield " ".join(map(other, signatures))
    yield " ".join(signature.replace("v1,", "v2,") for signature in signatures)


def changed(body, headers):
    """The changes that an attacker on the way could make to the message."""
    yield body + " ", headers
    yield body.replace("{", "{ ", 1), headers
    yield "{}" if body != "{}" else "[]", headers
    yield body, headers | {"webhook-id": headers["webhook-id"] + "x"}
    yield body, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}
    yield body, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}
    for signatures in other_signatures(headers["webhook-signature"]):
        yield body, headers | {"webhook-signature": signatures}
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"]:
        yield body, {key: value for key, value in headers.items() if key != name}


def check(message):
    """Verifies one message; returns its members of EXPECTED."""
    secrets, body, headers = message["secrets"], message["body"], message["headers"]
    if not message["fresh"]:
        refusals = {refusal(secret, body, headers) for secret in secrets}
        assert len(refusals) == 1, refusals
        kinds = {"Message timestamp too old": "old", "Message timestamp too new": "early"}
        return {kinds[refusals.pop()]}
    assert len(headers["webhook-signature"].split(" ")) == len(secrets)
    for secret in secrets:
        assert refusal(secret, body, headers) is None, message
        for other_body, other_headers in changed(body, headers):
            assert refusal(secret, other_body, other_headers) is not None, (other_body, other_headers)
    newest = {"webhook-signature": headers["webhook-signature"].split(" ")[0]}
    assert refusal(secrets[0], body, headers | newest) is None, "the newest secret's signature is not first"
    assert refusal(FOREIGN, body, headers) == "No matching signature found"
    return {len(secrets)} | (set() if body.isascii() else {"non-ASCII"})


def main():
    seen = [check(json.loads(line)) for line in sys.stdin.buffer]
    missing = EXPECTED.difference(*seen)
    assert not missing, f"no message was {missing}"
    print(f"{len(seen)} messages")


main()
