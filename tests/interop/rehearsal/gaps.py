"""The one list of resources that moto's CloudFormation does not create, and the calls that create them."""

import json
from collections import namedtuple

from moto.cloudformation.parsing import get_model_map

from template import properties

# `call` creates, with moto's own service, the resource that CloudFormation creates in AWS. Without one, nothing is
# created or checked.
Gap = namedtuple("Gap", "reason call", defaults=[None])
# A call's arguments. `name` is unique; `physical_id` is None for a whole resource, which the call then returns.
Missing = namedtuple("Missing", "name physical_id value")


def import_api(aws, it):
    aws("apigatewayv2").reimport_api(ApiId=it.physical_id, Body=json.dumps(it.value["Body"]))


def create_stage(aws, it):
    return aws("apigatewayv2").create_stage(**it.value)["StageName"]


def create_schedule(aws, it):
    name = it.value.get("Name", it.name)
    aws("scheduler").create_schedule(**it.value | {"Name": name})
    return name


def put_event_invoke_config(aws, it):
    aws("lambda").put_function_event_invoke_config(**it.value)
    return it.name


def put_alarm(aws, it):
    aws("cloudwatch").put_metric_alarm(AlarmName=it.name, **it.value)
    return it.name


def put_metric_filter(aws, it):
    transformations = [{name[0].lower() + name[1:]: value for name, value in each.items()}
                       for each in it.value["MetricTransformations"]]
    aws("logs").put_metric_filter(logGroupName=it.value["LogGroupName"], filterName=it.name,
                                  filterPattern=it.value["FilterPattern"], metricTransformations=transformations)
    return it.name


def set_ttl(aws, it):
    aws("dynamodb").update_time_to_live(TableName=it.physical_id, TimeToLiveSpecification=it.value)


def set_recovery(aws, it):
    aws("dynamodb").update_continuous_backups(TableName=it.physical_id, PointInTimeRecoverySpecification=it.value)


def attach_policies(aws, it):
    for arn in it.value:
        aws("iam").attach_role_policy(RoleName=it.physical_id, PolicyArn=arn)


NO_TYPE = "moto's CloudFormation does not know the type; its service has the call."
DROPPED = "moto's CloudFormation drops the property; its service has the call."
GAPS = {
    "AWS::ApiGatewayV2::Api": Gap(NO_TYPE + " Of the definition it takes name, CORS and routes.", import_api),
    "AWS::ApiGatewayV2::Stage": Gap(NO_TYPE, create_stage),
    "AWS::CloudWatch::Alarm": Gap(NO_TYPE, put_alarm),
    "AWS::Lambda::EventInvokeConfig": Gap(NO_TYPE, put_event_invoke_config),
    "AWS::Lambda::EventInvokeConfig.Qualifier": Gap("moto keeps one configuration a function and forgets its version."),
    "AWS::Logs::MetricFilter": Gap(NO_TYPE, put_metric_filter),
    "AWS::Scheduler::Schedule": Gap(NO_TYPE, create_schedule),
    "AWS::DynamoDB::Table.TimeToLiveSpecification": Gap(DROPPED, set_ttl),
    "AWS::DynamoDB::Table.PointInTimeRecoverySpecification": Gap(DROPPED, set_recovery),
    "AWS::IAM::Role.ManagedPolicyArns": Gap(DROPPED, attach_policies),
    "AWS::Lambda::Function.Architectures": Gap("moto's CloudFormation drops it, and no call of its Lambda changes it."),
    "AWS::Lambda::Function.TracingConfig": Gap("moto's CloudFormation drops it, and no call of its Lambda changes it."),
    "AWS::Lambda::Function.LoggingConfig": Gap("moto's Lambda has no logging configuration."),
    "AWS::Lambda::Function.Tags": Gap("moto's CloudFormation drops them. They are SAM's own; nothing reads them."),
    "AWS::Lambda::Function.Code": Gap("moto does not say where a function's code is. The rehearsal's is empty."),
}


def outdated(templates):
    """Entries that name nothing in the templates, or a type that moto's CloudFormation knows."""
    used = set()
    for resource in (it for template in templates for it in template["Resources"].values()):
        used |= {resource["Type"]} | {f"{resource['Type']}.{name}" for name in properties(resource)}
    for entry in GAPS:
        if entry not in used:
            yield f"{entry}: the template has no such thing"
        elif entry in get_model_map():
            yield f"{entry}: moto creates it"


def working(*stacks):
    """Properties on the list that moto has created in each of the stacks: one may ask for a default of moto's."""
    for entry in GAPS:
        found = [it.working[entry] for it in stacks if entry in it.working]
        if found and all(found):
            yield f"{entry}: moto creates it"
