"""Rules between created resources. AWS would refuse or lose something otherwise; moto does not."""

import fnmatch
import json
import re

from template import ACCOUNT, REGION

ENVIRONMENT_BYTES = 4096
FUNCTION, TABLE, QUEUE = "AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::SQS::Queue"
MAPPING = "AWS::Lambda::EventSourceMapping"
# The resources in policies that the stack does not create: the parameters that operators create.
OUTSIDE = rf"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/checkout-sessions/[A-Za-z0-9_./*-]+"


def operation(function):
    """The name by which an executable finds the function with this logical id."""
    return "-".join(re.findall("[A-Z][a-z]+", function)).lower()


def variables(stack, function):
    return stack.seen[function].get("Environment", {}).get("Variables", {})


def names_by_arn(stack):
    """Logical ids of tables, their indexes, queues and functions."""
    names = {}
    for kind in (TABLE, QUEUE, FUNCTION):
        for name in stack.of_type(kind):
            arn = stack.attribute(name, "Arn")
            names[arn] = name
            for it in stack.seen[name].get("GlobalSecondaryIndexes", []):
                names[f"{arn}/index/{it['IndexName']}"] = f"{name}/index/{it['IndexName']}"
    return names


def statements(stack, role):
    """The statements of a role's own policies, with lists where AWS takes a single value too."""
    as_list = lambda value: value if isinstance(value, list) else [value]
    for policy in stack.seen[role]["Policies"]:
        for it in policy["PolicyDocument"]["Statement"]:
            yield it | {"Action": as_list(it["Action"]), "Resource": as_list(it["Resource"])}


def function_problems(stack):
    for name in stack.of_type(FUNCTION):
        if stack.seen[name]["Handler"] != operation(name):
            yield f"{name} runs as {stack.seen[name]['Handler']}"
        if stack.seen[name]["Role"] != stack.attribute(f"{name}Role", "Arn"):
            yield f"{name} has another function's role"
        size = sum(len(key) + len(str(value)) for key, value in variables(stack, name).items())
        if size > ENVIRONMENT_BYTES:
            yield f"{name} has {size} bytes of environment; Lambda allows {ENVIRONMENT_BYTES}"


def environment_problems(stack):
    """Variables hold the names of the created resources that they are named after."""
    for function in stack.of_type(FUNCTION):
        for name, value in variables(stack, function).items():
            for suffix, kind in (("_TABLE", "Table"), ("_QUEUE_URL", "Queue")):
                if name.endswith(suffix):
                    resource = name.removesuffix(suffix).title().replace("_", "") + kind
                    if value != stack.physical.get(resource):
                        yield f"{function} has {name}={value}, which is not the name of {resource}"


def access_problems(stack):
    """A function has the name of each table and queue that it may use, and may use each queue that it has."""
    arns = names_by_arn(stack)
    for function in stack.of_type(FUNCTION):
        allowed = {arn for it in statements(stack, f"{function}Role") for arn in it["Resource"]}
        known = {name for name, it in stack.physical.items() if it in variables(stack, function).values()}
        mappings = [stack.seen[it] for it in stack.of_type(MAPPING)]
        mappings = [it for it in mappings if it["FunctionName"] == stack.physical[function]]
        # Lambda itself sends failed events to these destinations; the function does not.
        destinations = [it.get("DestinationConfig", {}).get("OnFailure", {}) for it in mappings]
        failures = {arns.get(it.get("Destination")) for it in destinations}
        used = {arns[arn].split("/")[0] for arn in allowed if arn in arns} - failures
        for name in sorted(used - known):
            yield f"{function} may use {name}, but no variable names it"
        for name in sorted(known & set(stack.of_type(QUEUE)) - used):
            yield f"{function} has the URL of {name}, but may not send there"
        for arn in sorted(it for it in allowed - set(arns) if not re.fullmatch(OUTSIDE, it)):
            yield f"{function} may use {arn}, which the stack does not create"


def redrive_problems(stack):
    arns, targets = names_by_arn(stack), set()
    retention = lambda name: int(stack.seen[name]["MessageRetentionPeriod"])
    for name in stack.of_type(QUEUE):
        redrive = stack.seen[name]["RedrivePolicy"]
        if not redrive:
            continue
        target = arns.get(redrive["deadLetterTargetArn"])
        if target not in stack.of_type(QUEUE):
            yield f"{name} moves messages to {redrive['deadLetterTargetArn']}, which the stack does not create"
            continue
        targets.add(target)
        attempts = int(redrive["maxReceiveCount"])
        if not 1 <= attempts <= 1000:
            yield f"{name} tries a message {attempts} times; SQS allows 1 to 1000"
        tried = attempts * int(stack.seen[name]["VisibilityTimeout"])
        if tried >= retention(name):
            yield f"{name} tries a message for {tried} s, but keeps it for {retention(name)} s: it would be lost"
        if retention(target) < retention(name):
            yield f"{target} keeps messages for {retention(target)} s, shorter than {name}"
        alarms = [stack.seen.get(it) for it in stack.of_type("AWS::CloudWatch::Alarm")]
        if stack.attribute(target, "QueueName") not in json.dumps(alarms, default=str):
            yield f"no alarm watches {target}"
    for name in sorted(targets):
        if stack.seen[name]["RedrivePolicy"]:
            yield f"{name} receives dead letters and moves them on"


def event_source_problems(stack):
    arns, functions = names_by_arn(stack), {stack.physical[it]: it for it in stack.of_type(FUNCTION)}
    for name in stack.of_type(MAPPING):
        mapping = stack.seen[name]
        for it in mapping.get("FilterCriteria", {}).get("Filters", []):
            json.loads(it["Pattern"])
        queue, function = arns.get(mapping["EventSourceArn"]), functions[mapping["FunctionName"]]
        if queue not in stack.of_type(QUEUE):
            continue
        visible, timeout = int(stack.seen[queue]["VisibilityTimeout"]), stack.seen[function]["Timeout"]
        if visible < timeout:
            yield f"{queue} is hidden for {visible} s, shorter than the {timeout} s of {function}: Lambda refuses this"
        if not stack.seen[queue]["RedrivePolicy"]:
            yield f"{queue} has no redrive policy: {function} would receive a bad message until it expires"


def route_problems(stack):
    """Each route's function exists, and the API may call it."""
    for api in stack.of_type("AWS::ApiGatewayV2::Api"):
        arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{stack.physical[api]}/$default"
        permissions = [stack.seen[it] for it in stack.of_type("AWS::Lambda::Permission")]
        for route, (_, uri, payload_format) in stack.seen[api]["Body"]["routes"].items():
            function = uri.split(":function:")[-1].removesuffix("/invocations")
            called = f"{arn}/{route.replace(' ', '')}"
            patterns = [it["SourceArn"] for it in permissions if it["FunctionName"] == function]
            if not any(fnmatch.fnmatchcase(re.sub(r"\{\w+\}", "x", called), it) for it in patterns):
                yield f"{route}: the API may not call {function}"
            if payload_format != "2.0":
                yield f"{route}: {function} reads payload format 2.0, not {payload_format}"


def dashboard_problems(stack):
    for name in stack.of_type("AWS::CloudWatch::Dashboard"):
        for widget in json.loads(stack.seen[name]["DashboardBody"])["widgets"]:
            if "${" in json.dumps(widget):
                yield f"{name}: a widget names nothing: {widget}"


RULES = {
    "functions have their handler, their role, and room for their environment": function_problems,
    "variables name created tables and queues": environment_problems,
    "policies name created things that the functions know of": access_problems,
    "queues lose no message": redrive_problems,
    "event sources suit their functions": event_source_problems,
    "the API may call each route's function": route_problems,
    "the dashboard is JSON": dashboard_problems,
}


def arrival_problems(stack, arrivals):
    """Given values, by variable, reach these functions, and no function has another value."""
    for name, (value, functions) in arrivals.items():
        having = {it: variables(stack, it)[name] for it in stack.of_type(FUNCTION) if name in variables(stack, it)}
        expected = set(functions or stack.of_type(FUNCTION))
        for it in sorted(expected - set(having)):
            yield f"{it} has no {name}"
        yield from (f"{it} has {name}={found}, not {value}" for it, found in having.items() if str(found) != value)
