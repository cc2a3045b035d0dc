"""A study in wide form, one block of columns per supplier, and the same in long form."""

import pytest

from icx_research import StudyError
from tests.survey.builders import CODEBOOK, KEYS, changed, read_small

WIDE = CODEBOOK.replace(
    "  scales:\n    service: {items: [q1, q2, q3], range: [1, 7], reverse_keyed: [q3]}",
    '  supplier_blocks: {pattern: "{supplier}_{item}", suppliers: {HR: Personnel, IT: Computers}}\n'
    "  attributes: [role]\n"
    "  scales:\n    service: {items: [q1, q2], range: [1, 7], reverse_keyed: [q2]}\n"
    "    exit: {items: [x], range: [0, 1]}",
) + ("question: {internal: service, external: csat}\nthresholds: {max_quarantined: 0.9}\n")
FOUND = WIDE.replace(", suppliers: {HR: Personnel, IT: Computers}", "")
STAFF = """\
person,branch,role,HR_q1,HR_q2,HR_x,IT_q1,IT_q2,IT_x
s1,A,boss,6,2,1,5,3,0
s2,A,,4,,,,,
s3,B,clerk,,,,3,5,1
s4,B,clerk,,,,,,
s5,C,clerk,2,6,0,3,5,0
s6,D,clerk,5,3,0,4,,0
"""
LONG_STAFF = """\
person,branch,role,supplier,q1,q2,x
s1,A,boss,HR,6,2,1
s1,A,boss,IT,5,3,0
s2,A,,HR,4,,
s3,B,clerk,IT,3,5,1
s5,C,clerk,HR,2,6,0
s5,C,clerk,IT,3,5,0
s6,D,clerk,HR,5,3,0
s6,D,clerk,IT,4,,0
"""
LONG = (
    WIDE.replace("client_unit: branch}", "client_unit: branch, supplier_unit: supplier}")
    .split("  supplier_blocks")[0] + "  attributes" + WIDE.split("  attributes")[1]
)  # fmt: skip


def wide(folder, *, codebook=WIDE, staff=STAFF, **files):
    return read_small(folder, codebook=codebook, staff=staff, **files)


def refusal(folder, **contents):
    with pytest.raises(StudyError) as caught:
        wide(folder, **contents)
    return str(caught.value)


def sorted_table(study):
    table = study.tables["internal"]
    names = ["respondent", "client_unit", "supplier_unit", "wave", "role", "q1", "q2", "x"]
    assert set(table) == set(names)
    return table[names].reset_index(drop=True)


LACKS = (
    "there is no column 'IT_q2', item q2 of supplier 'IT'; each supplier needs every item: add the "
    "column (empty where the item was not asked), or leave the item out, or list the suppliers "
    "without this one."
)
FRAMED = changed(
    KEYS, internal__supplier_blocks={"pattern": "{supplier}_{item}"},
    internal__scales={"service": {"items": ["q1", "q2"], "range": [1, 7]}},
)  # fmt: skip
