"""One change to moto's DynamoDB, for all programs that use it."""

import functools

from moto.dynamodb.parsing.ast_nodes import UpdateExpressionAction, UpdateExpressionSetAction
from moto.dynamodb.parsing.validators import UpdateHashRangeKeyValidator


def read_in_updates():
    """Expiring reads a key in an update. moto 5.2.5 refuses that as a write of the key, as DynamoDB Local does not."""

    def check_target(validator, action):
        validator.check_for_hash_or_range_key(action.children[0])
        return action

    actions = (UpdateExpressionSetAction, UpdateExpressionAction)
    UpdateHashRangeKeyValidator._processing_map = lambda self: dict.fromkeys(
        actions, functools.partial(check_target, self)
    )
