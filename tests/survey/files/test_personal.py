"""Personal data are known by name and by content, and stay out."""

import pytest

from icx_research.survey.files.personal import personal_columns
from tests.survey.builders import STAFF, read_small

PERSONAL = [
    "E-Mail", "email", "RecipientEmail", "work_email", "Name", "FirstName", "last name", "Vorname",
    "customer_name", "IPAddress", "ip", "LocationLatitude", "gps", "Phone", "Telefonnummer",
    "mobile_number", "date of birth", "IBAN",
]  # fmt: skip
HARMLESS = [
    "branch_name", "unit name", "mobile_app", "email_service_quality", "tip", "platform", "flat",
    "phone_support_rating", "q1", "named_customer", "zip_time", "",
]  # fmt: skip


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_by_name(name):
    assert personal_columns({name: []}) == (name,)


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_by_name(name):
    assert personal_columns({name: ["4", "5"]}) == ()


@pytest.mark.parametrize(
    ("cells", "personal"),
    [
        (["a@b.org", "", "c.d@e.co.uk"], True),
        (["10.0.0.1", "255.1.2.3"], True),
        (["fe80::1ff:fe23:4567:890a", "2001:db8:0:0:0:0:2:1"], True),
        (["+49 30 123456", "0049 30 123456"], True),
        (["ask me @ work", "fine", "b@c.de"], False),
        (["1.2.3", "4.5.6"], False),
        (["10:30", "11:45"], False),
        (["12345678", "87654321"], False),
        (["", ""], False),
    ],
)
def test_personal_by_content(cells, personal):
    assert bool(personal_columns({"other": cells})) == personal


def test_undeclared_personal_columns_of_a_csv_file_are_listed(tmp_path):
    lines = STAFF.splitlines()
    staff = "\n".join([lines[0] + ",Email,x", *(f"{line},a{i}@b.org,1" for i, line in
                                                enumerate(lines[1:]))])  # fmt: skip
    study = read_small(tmp_path, staff=staff)
    assert study.dropped_columns == {"internal": ("Email",)}
    assert "Email" not in study.tables["internal"].columns
