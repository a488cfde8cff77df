"""Creates a stack in moto: with CloudFormation, then what gaps.py lists."""

import copy
import functools
import io
import json
import zipfile

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from moto.server import ThreadedMotoServer

from gaps import GAPS, Missing
from reading import ATTRIBUTES, READERS, SHAPES, plain
from template import BUCKET, KEY, REGION, Values, properties

API = "AWS::ApiGatewayV2::Api"
# The second is a request that the client does not send, the third an error of moto that AWS does not have.
REFUSALS = (ClientError, BotoCoreError, ResponseParserError, KeyError, ValueError)


class Aws:
    """Clients of an AWS in this process."""

    def __init__(self):
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.url = "http://%s:%s" % self.server.get_host_and_port()
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("bootstrap", "")
        self("s3").create_bucket(Bucket=BUCKET)
        self("s3").put_object(Bucket=BUCKET, Key=KEY, Body=code.getvalue())

    @functools.cache
    def __call__(self, service):
        access = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **access)


class Stack:
    def __init__(self, aws, name, template, parameters):
        self.aws, self.name, self.template = aws, name, template
        self.given = dict(parameters)
        self.values = Values(template, self.given, name, functools.cache(self.attribute))
        self.physical, self.seen, self.problems, self.working = {}, {}, [], {}
        self.resources = {
            name: it for name, it in template["Resources"].items() if self.values.holds(it.get("Condition"))
        }

    def of_type(self, kind):
        return [name for name, it in self.resources.items() if it["Type"] == kind]

    def attribute(self, name, attribute):
        return ATTRIBUTES[self.resources[name]["Type"], attribute](self.aws, self.physical[name])

    def expected(self, name):
        return self.values.of(properties(self.resources[name]))

    def create(self):
        """True if the stack was created; `problems` has its faults."""
        try:
            self.create_stack()
        except REFUSALS as error:
            self.problems.append(f"it cannot be created: {error!r}")
            return False
        # Resources that others refer to come first; an integration refers to functions, a schedule to its role.
        for name, resource in self.resources.items():
            try:
                self.complete(name, resource["Type"])
            except REFUSALS as error:
                self.problems.append(f"{name}: {error!r}")
        return True

    def create_stack(self):
        """Resources of unknown types are left out. Others refer to the API, so it is created first, as a parameter."""
        template = copy.deepcopy(self.template)
        template["Resources"] = {name: it for name, it in template["Resources"].items() if it["Type"] not in GAPS}
        body = json.dumps(template)
        for name in self.of_type(API):
            api = self.aws("apigatewayv2").create_api(Name=self.name, ProtocolType="HTTP")
            self.refer(name, api["ApiId"])
            template["Parameters"][name] = {"Type": "String", "Default": api["ApiId"]}
            endpoint = {"Fn::GetAtt": [name, "ApiEndpoint"]}
            body = json.dumps(template).replace(json.dumps(endpoint), json.dumps(api["ApiEndpoint"]))
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.given.items()]
        client = self.aws("cloudformation")
        client.create_stack(
            StackName=self.name, TemplateBody=body, Parameters=parameters, Capabilities=["CAPABILITY_IAM"]
        )
        for page in client.get_paginator("list_stack_resources").paginate(StackName=self.name):
            for resource in page["StackResourceSummaries"]:
                self.refer(resource["LogicalResourceId"], resource["PhysicalResourceId"])

    def refer(self, name, physical_id):
        self.physical[name] = self.values.references[name] = physical_id

    def complete(self, name, kind):
        """Makes the calls that fill moto's gaps for a resource."""
        expected, unique = self.expected(name), f"{self.name}-{name}"
        if kind in GAPS:
            physical_id = GAPS[kind].call(self.aws, Missing(unique, self.physical.get(name), expected))
            self.refer(name, self.physical.get(name, physical_id))
            return
        if name not in self.physical:
            raise ValueError(f"moto has not created it; gaps.py should say why ({kind})")
        gaps = {it: GAPS[f"{kind}.{it}"] for it in expected if f"{kind}.{it}" in GAPS}
        before = READERS[kind](self.aws, self.physical[name], expected) if gaps else {}
        for gap, it in gaps.items():
            self.note_gap(f"{kind}.{gap}", before.get(gap), expected[gap])
            if it.call:
                it.call(self.aws, Missing(unique, self.physical[name], expected[gap]))

    def note_gap(self, entry, seen, expected):
        """Notes a listed gap that moto has filled after all."""
        self.working[entry] = self.working.get(entry, True) and plain(seen) == plain(expected)

    def read_back(self):
        """Compares the created resources with the template."""
        for name, resource in self.resources.items():
            kind = resource["Type"]
            if kind not in READERS:
                self.problems.append(f"{name}: nothing here reads back {kind}")
            elif name in self.physical:
                try:
                    self.seen[name] = READERS[kind](self.aws, self.physical[name], self.expected(name))
                    self.compare(name, kind)
                except REFUSALS as error:
                    self.problems.append(f"{name} cannot be read back: {error!r}")

    def compare(self, name, kind):
        seen = self.seen[name]
        for it, value in SHAPES.get(kind, dict)(self.expected(name)).items():
            gap = GAPS.get(f"{kind}.{it}")
            if gap and not gap.call:
                self.note_gap(f"{kind}.{it}", seen.get(it), value)
            elif it not in seen:
                self.problems.append(f"{name}: {it} is not there, or nothing here reads it back")
            elif plain(value) != plain(seen[it]):
                given, wanted = json.dumps(plain(seen[it])), json.dumps(plain(value))
                self.problems.append(f"{name}: {it} is {given}, not {wanted}")

    def output_problems(self):
        described = self.aws("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]
        created = {it["OutputKey"]: it["OutputValue"] for it in described["Outputs"]}
        expected = {name: self.values.of(it["Value"]) for name, it in self.template["Outputs"].items()}
        return [f"{name} is {created.get(name)}, not {it}" for name, it in expected.items() if created.get(name) != it]
