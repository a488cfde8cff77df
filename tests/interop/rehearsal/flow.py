"""Writes a file that describes the created stack, and serves the API from its tables with the local server."""

import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from moto.dynamodb.models import dynamodb_backends

import moto_keys
from rules import FUNCTION, TABLE, names_by_arn, operation, statements
from template import ACCOUNT, REGION

SECONDS = 60
CREATOR = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44"
USDC = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"
ORDER = {
    "type": "swap", "recipientAddress": CREATOR, "creatorAddress": CREATOR, "srcChain": 8453, "dstChain": 8453,
    "srcTokenAddress": USDC, "dstTokenAddress": USDC, "srcAmount": "1000000",
    "payload": {"expectedDstAmount": "1000000"},
}
LEADING_KEYS = "dynamodb:LeadingKeys"


def deployment(stack):
    """The created tables, and each function's permissions on them, by the names in the template."""
    arns, policies = names_by_arn(stack), {}
    for function in stack.of_type(FUNCTION):
        allowed = policies[operation(function)] = []
        for it in statements(stack, f"{function}Role"):
            actions = [action for action in it["Action"] if action.startswith("dynamodb:")]
            if not actions:
                continue
            condition = it.get("Condition")
            keys = condition["ForAllValues:StringLike"][LEADING_KEYS] if condition else None
            if it["Effect"] != "Allow" or condition not in (None, {"ForAllValues:StringLike": {LEADING_KEYS: keys}}):
                raise ValueError(f"{function}: the deployment file cannot express {it}")
            resources = [arns[arn] for arn in it["Resource"]]
            allowed.append({"actions": actions, "resources": resources, "leading_keys": keys})
    return {"tables": {name: stack.physical[name] for name in stack.of_type(TABLE)}, "policies": policies}


class Server:
    """The local server, on the created tables."""

    def __init__(self, binary, endpoint, file):
        self.log = tempfile.TemporaryFile("w+")
        command = [os.path.abspath(binary), "--port", "0", "--endpoint", endpoint, "--deployment", file]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        patience = threading.Timer(SECONDS, self.process.kill)
        patience.start()
        lines = iter(self.process.stdout.readline, "")
        self.url = next((it.split()[-1] for it in lines if it.startswith("Checkout API on ")), None)
        patience.cancel()

    def request(self, method, path, body=None):
        """Status and body of the answer."""
        body = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self):
        """The server's standard error."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.seek(0)
        return self.log.read()


def forget_event_sources():
    """moto would call the functions in containers. Here the local server calls them, as it does without AWS."""
    for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
        table.lambda_event_source_mappings.clear()


def evidence(kind, transaction, **more):
    message = {"id": f"8453:{transaction}:0", "kind": kind, "occurredAt": int(time.time() * 1000), "chain": 8453}
    return message | {"txHash": transaction, "amount": "1000000"} | more


def buy(server):
    """Takes one session from open to complete and expires another; returns both, and the first one's order."""

    def expect(wanted, method, path, body=None):
        status, answer = server.request(method, path, body)
        assert status == wanted, f"{method} {path} is answered {status} {json.dumps(answer)[:500]}, not {wanted}"
        return answer

    def session_is(status):
        found = expect(200, "GET", f"/checkout-sessions/{session}")["data"]["status"]
        assert found == status, f"the session is {found}, not {status}"

    wanted = {"success_url": "https://shop.example/success/{SESSION_ID}", "metadata": {"sku": "widget-1"}}
    session = expect(200, "POST", "/checkout-sessions", wanted)["data"]["id"]
    session_is("open")
    order = expect(200, "POST", "/orders", ORDER | {"checkoutSessionId": session})["data"]["id"]
    refused = expect(409, "POST", "/orders", ORDER | {"checkoutSessionId": session})
    assert refused["error"]["orderId"] == order, refused
    helper = f"/test-helpers/orders/{order}/evidence"
    payer = {"from": "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1", "token": USDC}
    expect(200, "POST", helper, evidence("deposit", "0x60ec", **payer))
    session_is("processing")
    expect(200, "POST", helper, evidence("executed", "0x71fd"))
    session_is("complete")
    other = expect(200, "POST", "/checkout-sessions", {})["data"]["id"]
    expired = expect(200, "POST", f"/checkout-sessions/{other}/expire")["data"]["status"]
    assert expired == "expired", expired
    orders = expect(200, "GET", f"/orders?creatorAddress={CREATOR}")["data"]
    assert order in json.dumps(orders), orders
    return session, other, order


def check_tables(aws, stack, session, expired, order):
    """Checks that all items are in the created tables."""
    client, tables = aws("dynamodb"), stack.physical
    for id, status in ((session, "complete"), (expired, "expired")):
        item = client.get_item(TableName=tables["SessionsTable"], Key={"id": {"S": id}}).get("Item")
        assert item, f"{tables['SessionsTable']} does not have the session {id}, which is {status}"
    key = {":pk": {"S": f"order#{order}"}}
    query = {"TableName": tables["OrdersTable"], "KeyConditionExpression": "pk = :pk"}
    kinds = sorted(it["sk"]["S"].split("#")[0] for it in client.query(**query, ExpressionAttributeValues=key)["Items"])
    assert kinds.count("order") == 1 and kinds.count("evidence") == 2, f"the order is stored as {kinds}"
    deadline = time.monotonic() + SECONDS
    while not client.scan(TableName=tables["EventsTable"], Limit=1)["Items"]:
        assert time.monotonic() < deadline, f"nothing has been published to {tables['EventsTable']}"
        time.sleep(0.5)


def serve_problems(aws, stack, binary, file):
    before = aws("dynamodb").list_tables()["TableNames"]
    forget_event_sources()
    moto_keys.read_in_updates()
    server, problems = Server(binary, aws.url, file), []
    try:
        assert server.url, "the local server does not start"
        check_tables(aws, stack, *buy(server))
        made = set(aws("dynamodb").list_tables()["TableNames"]) - set(before)
        assert not made, f"the local server has made tables: {sorted(made)}"
    except (AssertionError, KeyError, OSError) as error:
        problems.append(f"{type(error).__name__}: {error}")
    said = server.stop()
    return problems + said.splitlines()[-10:] if problems else []
