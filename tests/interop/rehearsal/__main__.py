"""Rehearses a deployment: transforms template.yaml as SAM does, creates it in moto, reads the created resources
back and compares them with the template. Neither AWS nor a network is needed.

Fails if the template is refused, if a created resource differs from it, or if moto's gaps are not those that gaps.py
lists.
"""

import argparse
import json
import logging
import os
import sys
import tempfile

# Before moto and boto3 are imported: both read it then. The policies are AWS's own, which roles refer to.
os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
# This folder is part of the repository; Python's compiled files are not.
sys.dont_write_bytecode = True
for noisy in ("werkzeug", "samtranslator"):
    logging.getLogger(noisy).setLevel(logging.ERROR)

# Modules shared with the other programs of the folder above.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from flow import deployment, serve_problems
from gaps import GAPS, outdated, working
from reading import READERS
from rules import RULES, arrival_problems
from stack import API, REFUSALS, Aws, Stack
from template import LINTED_REGIONS, lint_problems, load, parameter_problems, transformed

TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
GIVEN = {
    "AccessLog": "off",
    "AccountConcurrency": "1000",
    "AlarmTopicArn": TOPIC,
    "ApiKeys": "off",
    "Chains": '{"8453":{"rpc":["https://node.example"]}}',
    "CorsAllowOrigin": "https://shop.example",
    "DetectionWindowSeconds": "120",
    "GasKeyParameter": "/checkout-sessions/gas-key",
    "LogRetentionDays": "7",
    "RequestLog": "metrics",
    "ReservedConcurrency": "20",
    "SessionRetentionDays": "14",
    "Tracing": "Active",
    "WalletConnect": '{"project_id":"0123456789abcdef0123456789abcdef","script":"https://shop.example/w.js"}',
}
NEEDED = (set(READERS) - set(GAPS)) | {API}
CHAIN_FUNCTIONS = {"WatchDeposits", "SweepDeposits"}
# By variable: the value that arrives, and the functions that need it; None for all.
ARRIVALS = {
    "API_KEYS": (GIVEN["ApiKeys"], None),
    "CHAINS": (GIVEN["Chains"], CHAIN_FUNCTIONS | {"CreateOrder"}),
    "DETECTION_WINDOW_SECONDS": (GIVEN["DetectionWindowSeconds"], {"CreateOrder"}),
    "GAS_KEY_PARAMETER": (GIVEN["GasKeyParameter"], {"SweepDeposits"}),
    "REQUEST_LOG": (GIVEN["RequestLog"], None),
    "SESSION_RETENTION_DAYS": (GIVEN["SessionRetentionDays"], {"CreateOrder", "CreateSession"}),
    "WALLET_CONNECT": (GIVEN["WalletConnect"], {"CheckoutPage"}),
}
# A wrong global setting shows in every function.
MOST_PROBLEMS = 8


class Report:
    def __init__(self):
        self.checks = self.failed = 0

    def check(self, title, problems):
        given, problems = problems, []
        try:
            problems.extend(given)
        except REFUSALS as error:
            problems.append(f"this cannot be checked: {error!r}")
        self.checks += 1
        self.failed += bool(problems)
        print("FAILED " if problems else "ok     ", title, flush=True)
        for it in problems[:MOST_PROBLEMS]:
            print("          " + it)
        if len(problems) > MOST_PROBLEMS:
            print(f"          and {len(problems) - MOST_PROBLEMS} more")

    def summary(self):
        print(f"{self.failed} of {self.checks} checks failed" if self.failed else f"{self.checks} checks hold")
        return 1 if self.failed else 0


def rehearse(report, aws, name, template, parameters):
    """Creates and checks one stack; None if there is none."""
    report.check(f"{name}: CloudFormation takes the parameters", parameter_problems(template, parameters))
    stack = Stack(aws, name, template, parameters)
    if not stack.create():
        report.check(f"{name}: the stack is created", stack.problems)
        return None
    stack.read_back()
    report.check(f"{name}: {len(stack.seen)} resources are created as the template says", stack.problems)
    report.check(f"{name}: outputs", stack.output_problems())
    # The rules read every resource that CloudFormation has created, and the API's routes.
    missing = [name for name, it in stack.resources.items() if name not in stack.seen and it["Type"] in NEEDED]
    if not missing:
        for title, rule in RULES.items():
            report.check(f"{name}: {title}", rule(stack))
    return stack


def check_given(report, stack):
    report.check(f"{stack.name}: parameters arrive in the environment", arrival_problems(stack, ARRIVALS))
    alarms = stack.of_type("AWS::CloudWatch::Alarm")
    silent = [it for it in alarms if stack.seen.get(it, {}).get("AlarmActions") != [TOPIC]]
    report.check(f"{stack.name}: alarms notify the topic", [f"{it} does not" for it in silent])


def check_default(report, stack, arguments, aws):
    watching = CHAIN_FUNCTIONS & set(stack.physical)
    report.check(f"{stack.name}: without chains nothing watches any", [f"{it} is created" for it in watching])
    try:
        contents = json.dumps(deployment(stack), indent=1)
    except REFUSALS as error:
        report.check(f"{stack.name}: the deployment can be written down", [repr(error)])
        return
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.deployment or os.path.join(folder, "deployment.json")
        with open(file, "w", encoding="utf-8") as written:
            written.write(contents + "\n")
        if arguments.serve:
            problems = serve_problems(aws, stack, arguments.serve, file)
            report.check(f"{stack.name}: the local server completes and expires sessions in its tables", problems)


def parsed_arguments():
    parser = argparse.ArgumentParser(prog="rehearsal", description=__doc__)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("template", nargs="?", default=os.path.join(here, "../../../template.yaml"))
    parser.add_argument("--deployment", metavar="FILE", help="writes what the stack of defaults consists of")
    parser.add_argument("--serve", metavar="LOCAL_BINARY", help="takes an order through the local server on it")
    return parser.parse_args()


def main():
    arguments, report = parsed_arguments(), Report()
    source = load(arguments.template)
    templates = {"default": transformed(source, {}), "given": transformed(source, GIVEN)}
    report.check(f"cfn-lint in {' and '.join(LINTED_REGIONS)}", lint_problems(templates["default"]))
    report.check(f"moto's list: {len(GAPS)} things that the template needs", outdated(templates.values()))
    aws = Aws()
    default = rehearse(report, aws, "default", templates["default"], {})
    given = rehearse(report, aws, "given", templates["given"], GIVEN)
    if given:
        check_given(report, given)
    if default:
        check_default(report, default, arguments, aws)
    if default and given:
        report.check("moto drops the properties on its list", working(default, given))
    for entry, gap in GAPS.items():
        print(f"{'by call' if gap.call else 'skipped'}  {entry}: {gap.reason}")
    aws.server.stop()
    return report.summary()


sys.exit(main())
