"""Transforms template.yaml for CloudFormation, and computes the values that its resources must have."""

import copy
import json
import re

import cfnlint.api
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

REGION = "us-east-1"
ACCOUNT = "123456789012"
# Rules differ between regions; the second one has fewer services than the first.
LINTED_REGIONS = [REGION, "eu-central-1"]
# Stands for the functions' code, which `sam package` uploads.
BUCKET, KEY = "rehearsal-code", "functions.zip"
ACCEPTED_LINT = {
    "W2001: Parameter CorsAllowOrigin not used.": "SAM writes the parameter's value where the template refers to it.",
}
NOTHING = object()


def properties(resource):
    return resource.get("Properties", {})


class NoManagedPolicies:
    """SAM asks for these when a function names a managed policy. None does, so nothing is asked of AWS."""

    @staticmethod
    def load():
        return {}


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml_parse(file.read())


def transformed(source, parameters):
    """The CloudFormation template of a deployment with these parameters."""
    template = copy.deepcopy(source)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{BUCKET}/{KEY}"
    return transform(template, dict(parameters), NoManagedPolicies())


def lint_problems(template):
    matches = cfnlint.api.lint(json.dumps(template), regions=LINTED_REGIONS)
    found = {f"{it.rule.id}: {it.message}": "/".join(map(str, getattr(it, "path", None) or [])) for it in matches}
    problems = [f"{text} ({path})" for text, path in found.items() if text not in ACCEPTED_LINT]
    return problems + [f"no longer found, remove it: {text}" for text in ACCEPTED_LINT if text not in found]


def parameter_problems(template, parameters):
    """The faults that CloudFormation refuses and moto does not."""
    for name, value in parameters.items():
        rule = template["Parameters"].get(name)
        if rule is None:
            yield f"there is no parameter {name}"
            continue
        if not re.fullmatch(rule.get("AllowedPattern", ".*"), value):
            yield f"{name}={value} does not match {rule['AllowedPattern']}"
        if value not in map(str, rule.get("AllowedValues", [value])):
            yield f"{name}={value} is not one of {rule['AllowedValues']}"
        if len(value) > rule.get("MaxLength", 4096):
            yield f"{name} is longer than {rule['MaxLength']}"
        if rule["Type"] == "Number" and not rule.get("MinValue", 0) <= int(value) <= rule.get("MaxValue", 1e9):
            yield f"{name}={value} is out of range"


class Values:
    """Computes intrinsic functions without moto, so that moto's results are compared with something else."""

    def __init__(self, template, parameters, stack_name, attribute):
        defaults = {name: it.get("Default") for name, it in template["Parameters"].items()}
        numbers = [name for name in parameters if template["Parameters"].get(name, {}).get("Type") == "Number"]
        parameters = parameters | {name: int(parameters[name]) for name in numbers}
        self.conditions, self.mappings = template.get("Conditions", {}), template.get("Mappings", {})
        self.attribute = attribute
        self.references = defaults | parameters | {
            "AWS::NoValue": NOTHING,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackName": stack_name,
        }
        self.functions = {
            "Ref": lambda name: self.references[name],
            "Fn::GetAtt": lambda path: self.attribute(*path),
            "Fn::Sub": self.substitute,
            "Fn::FindInMap": lambda it: self.mappings[it[0]][str(self.of(it[1]))][it[2]],
            "Fn::If": lambda it: self.of(it[1] if self.holds(it[0]) else it[2]),
            "Fn::Equals": lambda it: self.of(it[0]) == self.of(it[1]),
            "Fn::Not": lambda it: not self.of(it[0]),
        }

    def holds(self, condition):
        return condition is None or self.of(self.conditions[condition])

    def of(self, value):
        if isinstance(value, list):
            return [it for it in map(self.of, value) if it is not NOTHING]
        if not isinstance(value, dict):
            return value
        name, argument = next(iter(value.items()), (None, None))
        if len(value) == 1 and (name == "Ref" or name.startswith("Fn::")):
            return self.functions[name](argument)
        values = {name: self.of(it) for name, it in value.items()}
        return {name: it for name, it in values.items() if it is not NOTHING}

    def substitute(self, argument):
        text, local = (argument, {}) if isinstance(argument, str) else argument

        def found(match):
            name = match[1]
            if name in local:
                return str(self.of(local[name]))
            return str(self.attribute(*name.split(".")) if "." in name else self.references[name])

        return re.sub(r"\$\{([^!}]+)\}", found, text)
