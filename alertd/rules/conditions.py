"""The table of conditions, put together from its groups. A new operator is one entry in a group and one leaf.

boolean   all any not use                               words     text title near regex
origin    source kind language trust form               deal      event_type amount terms facts sentiment novelty
company   mentions exposed role weight                  state     count change spike sequence
          sentiment_index volume_z
"""

from __future__ import annotations

from alertd.rules import (
    conditions_boolean,
    conditions_company,
    conditions_deal,
    conditions_origin,
    conditions_state,
    conditions_words,
)
from alertd.rules.reader import OPERATORS, Operator, Reader, When

__all__ = ["OPERATORS", "Operator", "Reader", "When"]

for _group in (
    conditions_boolean,
    conditions_words,
    conditions_origin,
    conditions_deal,
    conditions_company,
    conditions_state,
):
    OPERATORS.update(_group.OPERATORS)
