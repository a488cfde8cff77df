"""Sends the deployed functions' SQS messages and SSM reads to an implementation of both: moto's.

The argument is the example `queues`, which makes the same calls as the functions. Fails if a message is lost, doubled or
changed, or if an error is ignored.
"""

import json
import logging
import os
import subprocess
import sys
from collections import Counter

import boto3
from moto.server import ThreadedMotoServer

QUEUES = [
    "EVIDENCE_QUEUE_URL", "DELIVERY_QUEUE_URL", "DEAD_DELIVERIES_QUEUE_URL", "PUBLISHING_RETRIES_QUEUE_URL",
]
TABLES = ["SESSIONS_TABLE", "ORDERS_TABLE", "KEYS_TABLE", "EVENTS_TABLE", "WEBHOOKS_TABLE", "CHAINS_TABLE"]
ACCESS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
RPC = "/checkout-sessions/base-rpc"
GAS_KEY = "/checkout-sessions/gas-key"
# The last of anvil's well-known accounts.
KEY = "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"
ACCOUNT = "0xa0ee7a142d267c1f36714e4a8f75612f20a79720"


def run(program, environment):
    return subprocess.run([program], env=environment, capture_output=True, text=True, timeout=60, check=False)


def received(sqs, url):
    """All messages of a queue, with their counts."""
    bodies = Counter()
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies[message["Body"]] += 1
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def check_messages(sqs, environment, sent):
    for name in QUEUES:
        bodies = received(sqs, environment[name])
        # Ids are plain text, all else is JSON.
        texts = [body if name.startswith("PUBLISHING") else json.loads(body) for body in bodies]
        assert set(bodies.values()) == {1}, (name, bodies)
        in_order = lambda messages: sorted(json.dumps(message, sort_keys=True) for message in messages)
        assert in_order(texts) == in_order(sent[name]), name
        assert len(sent[name]) == (1 if name.startswith("DEAD") else 25), name


def check_trouble(program, environment):
    """An error names the missing resource, and no secret."""
    for name, value, told in [
        ("DELIVERY_QUEUE_URL", environment["DELIVERY_QUEUE_URL"] + "-gone", "NonExistentQueue"),
        ("GAS_KEY_PARAMETER", GAS_KEY + "-gone", "ParameterNotFound"),
        ("GAS_KEY_PARAMETER", RPC, "InvalidGasKey"),
    ]:
        outcome = run(program, environment | {name: value})
        assert outcome.returncode != 0 and told in outcome.stderr, (name, outcome)
        assert KEY not in outcome.stderr and "ACCESSKEY" not in outcome.stderr, outcome.stderr


def main(program):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    try:
        url = "http://%s:%s" % server.get_host_and_port()
        client = lambda name: boto3.client(
            name, endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        sqs, ssm = client("sqs"), client("ssm")
        ssm.put_parameter(Name=RPC, Value="https://node.example/ACCESSKEY", Type="SecureString")
        ssm.put_parameter(Name=GAS_KEY, Value=KEY + "\n", Type="SecureString")
        environment = ACCESS | {name: name for name in TABLES} | {
            "AWS_ENDPOINT_URL": url,
            "CHAINS": json.dumps({"8453": {"rpc": ["ssm:" + RPC]}}),
            "GAS_KEY_PARAMETER": GAS_KEY,
        }
        for name in QUEUES:
            environment[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
        outcome = run(program, environment)
        assert outcome.returncode == 0, outcome.stderr
        told = json.loads(outcome.stdout)
        assert (told["account"], told["chain"], told["nodes"]) == (ACCOUNT, 8453, 1), told
        check_messages(sqs, environment, told["sent"])
        check_trouble(program, environment)
        print(f"{sum(map(len, told['sent'].values()))} messages")
    finally:
        server.stop()


main(os.path.abspath(sys.argv[1]))
