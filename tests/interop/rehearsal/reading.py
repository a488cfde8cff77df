"""Reads created resources back, in the shape of the template's properties."""

import ast
import json


def plain(value):
    """A form in which values are equal that differ in their notation only: 1 and "1", lists of tags and maps."""
    if isinstance(value, dict):
        return {name: plain(it) for name, it in value.items()}
    if isinstance(value, list):
        return [plain(it) for it in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def table(aws, name, _):
    client = aws("dynamodb")
    seen = client.describe_table(TableName=name)["Table"]
    names = ["IndexName", "KeySchema", "Projection"]
    indexes = [{it: index[it] for it in names} for index in seen.get("GlobalSecondaryIndexes", [])]
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return {
        "AttributeDefinitions": seen["AttributeDefinitions"],
        "BillingMode": seen.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "DeletionProtectionEnabled": seen["DeletionProtectionEnabled"],
        "GlobalSecondaryIndexes": indexes,
        "KeySchema": seen["KeySchema"],
        "TableName": name,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovery == "ENABLED"},
        "StreamSpecification": {"StreamViewType": seen.get("StreamSpecification", {}).get("StreamViewType")},
        "TimeToLiveSpecification": {
            "AttributeName": ttl.get("AttributeName"),
            "Enabled": ttl["TimeToLiveStatus"] == "ENABLED",
        },
    }


def queue(aws, url, _):
    seen = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return seen | {"QueueName": url.split("/")[-1], "RedrivePolicy": json.loads(seen.get("RedrivePolicy", "{}"))}


def function(aws, name, _):
    client = aws("lambda")
    concurrency = client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    return client.get_function_configuration(FunctionName=name) | {"ReservedConcurrentExecutions": concurrency}


def role(aws, name, _):
    client = aws("iam")
    seen = client.get_role(RoleName=name)["Role"]
    policies = {
        it: client.get_role_policy(RoleName=name, PolicyName=it)["PolicyDocument"]
        for it in client.list_role_policies(RoleName=name)["PolicyNames"]
    }
    attached = client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {
        "AssumeRolePolicyDocument": seen["AssumeRolePolicyDocument"],
        "ManagedPolicyArns": sorted(it["PolicyArn"] for it in attached),
        "Policies": [{"PolicyName": it, "PolicyDocument": policy(document)} for it, document in policies.items()],
        "Tags": client.list_role_tags(RoleName=name)["Tags"],
    }


def policy(document):
    """AWS answers with JSON, moto with Python's notation, in which a statement that the template leaves out is None."""
    document = ast.literal_eval(document) if isinstance(document, str) else document
    return document | {"Statement": [it for it in document["Statement"] if it is not None]}


def mapping(aws, uuid, _):
    seen = aws("lambda").get_event_source_mapping(UUID=uuid)
    return seen | {"FunctionName": seen["FunctionArn"].split(":")[-1]}


def permission(aws, _, expected):
    """The statement of the function's policy that is nearest to the expected one."""
    policy = json.loads(aws("lambda").get_policy(FunctionName=expected["FunctionName"])["Policy"])
    statements = [
        {
            "Action": it["Action"],
            "FunctionName": it["Resource"].split(":")[6],
            "Principal": it["Principal"]["Service"],
            "SourceArn": it["Condition"]["ArnLike"]["AWS:SourceArn"],
        }
        for it in policy["Statement"]
    ]
    return max(statements, key=lambda it: sum(expected[name] == it[name] for name in it))


def event_invoke_config(aws, _, expected):
    seen = aws("lambda").get_function_event_invoke_config(FunctionName=expected["FunctionName"])
    return seen | {"FunctionName": seen["FunctionArn"].split(":")[6]}


def log_group(aws, name, _):
    groups = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    seen = next(it for it in groups if it["logGroupName"] == name)
    return {"LogGroupName": name, "RetentionInDays": seen.get("retentionInDays")}


def metric_filter(aws, name, _):
    seen = aws("logs").describe_metric_filters(filterNamePrefix=name)["metricFilters"][0]
    transformations = [{key[0].upper() + key[1:]: value for key, value in it.items()} for it in seen["metricTransformations"]]
    return {"LogGroupName": seen["logGroupName"], "FilterPattern": seen["filterPattern"],
            "MetricTransformations": transformations}


def dashboard(aws, name, _):
    return aws("cloudwatch").get_dashboard(DashboardName=name)


def alarm(aws, name, _):
    return aws("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]


def rule(aws, name, _):
    targets = aws("events").list_targets_by_rule(Rule=name)["Targets"]
    return aws("events").describe_rule(Name=name) | {"Targets": targets}


def schedule(aws, name, _):
    return aws("scheduler").get_schedule(Name=name)


def api(aws, api_id, _):
    client = aws("apigatewayv2")
    seen, integrations = client.get_api(ApiId=api_id), client.get_integrations(ApiId=api_id)["Items"]
    targets = {"integrations/" + it["IntegrationId"]: it for it in integrations}
    routes = {}
    for route in client.get_routes(ApiId=api_id)["Items"]:
        it = targets[route["Target"]]
        # moto does not know that this method at this path is the default route.
        key = route["RouteKey"].replace("X-AMAZON-APIGATEWAY-ANY-METHOD $default", "$default")
        routes[key] = [it["IntegrationType"], it["IntegrationUri"], it["PayloadFormatVersion"]]
    cors = {name[0].lower() + name[1:]: it for name, it in seen["CorsConfiguration"].items()}
    return {"Body": {"name": seen["Name"], "cors": cors, "routes": routes}}


def api_body(body):
    """The part of an API's definition that can be read back."""
    routes = {}
    for path, methods in body["paths"].items():
        for method, it in methods.items():
            it = it["x-amazon-apigateway-integration"]
            key = path if path == "$default" else f"{method.upper()} {path}"
            routes[key] = [it["type"], it["uri"], it["payloadFormatVersion"]]
    return {"name": body["info"]["title"], "cors": body["x-amazon-apigateway-cors"], "routes": routes}


def stage(aws, name, expected):
    return aws("apigatewayv2").get_stage(ApiId=expected["ApiId"], StageName=name) | {"ApiId": expected["ApiId"]}


READERS = {
    "AWS::ApiGatewayV2::Api": api,
    "AWS::ApiGatewayV2::Stage": stage,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::DynamoDB::Table": table,
    "AWS::Events::Rule": rule,
    "AWS::IAM::Role": role,
    "AWS::Lambda::EventInvokeConfig": event_invoke_config,
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Permission": permission,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::SQS::Queue": queue,
    "AWS::Scheduler::Schedule": schedule,
}

# The attributes of a created resource that a template can use, besides its name.
ATTRIBUTES = {
    ("AWS::ApiGatewayV2::Api", "ApiEndpoint"): lambda aws, it: aws("apigatewayv2").get_api(ApiId=it)["ApiEndpoint"],
    ("AWS::DynamoDB::Table", "Arn"): lambda aws, it: aws("dynamodb").describe_table(TableName=it)["Table"]["TableArn"],
    ("AWS::DynamoDB::Table", "StreamArn"): lambda aws, it: (
        aws("dynamodb").describe_table(TableName=it)["Table"]["LatestStreamArn"]
    ),
    ("AWS::Events::Rule", "Arn"): lambda aws, it: aws("events").describe_rule(Name=it)["Arn"],
    ("AWS::IAM::Role", "Arn"): lambda aws, it: aws("iam").get_role(RoleName=it)["Role"]["Arn"],
    ("AWS::Lambda::Function", "Arn"): lambda aws, it: function(aws, it, None)["FunctionArn"],
    # AWS adds `:*`, moto does not.
    ("AWS::Logs::LogGroup", "Arn"): lambda aws, it: (
        aws("logs").describe_log_groups(logGroupNamePrefix=it)["logGroups"][0]["arn"]
    ),
    ("AWS::SQS::Queue", "Arn"): lambda aws, it: queue(aws, it, None)["QueueArn"],
    ("AWS::SQS::Queue", "QueueName"): lambda aws, it: it.split("/")[-1],
}
# Gives properties of these types the shape in which they are read back.
SHAPES = {
    "AWS::ApiGatewayV2::Api": lambda it: it | {"Body": api_body(it["Body"])},
    "AWS::IAM::Role": lambda it: it | {"ManagedPolicyArns": sorted(it.get("ManagedPolicyArns", []))},
}
