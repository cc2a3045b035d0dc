"""Encodings told by the letters they make."""

import pytest

from icx_research.survey.drafting.files import look_at
from icx_research.survey.files.encodings import likely_encoding, reads_badly
from tests.survey.builders import STAFF
from tests.survey.formats import refusal

TEXTS = {
    "cp1252": ["Filiale Würzburg, Größe", "Besançon, Orléans", "São Paulo, Maçã", "Tromsø, Århus"],
    "gb18030": ["分店\n广州店\n成都店", "部门,财务部,市场部"],
    "cp1251": ["Самара\nОмск\nТверь", "отдел,ответ\nсклад,5"],
    "cp1256": ["الفرع\nبيروت\nالكويت"],
    "cp1253": ["Πάτρα\nΛάρισα\nΒόλος"],
    "shift_jis": ["店舗\n札幌支店\n福岡支店", "カスタマーサービス部"],
    "euc_kr": ["지점\n대구점\n인천공항점"],
    "big5": ["分店\n台南店\n高雄店"],
}


@pytest.mark.parametrize(("encoding", "text"), [(e, t) for e, ts in TEXTS.items() for t in ts])
def test_the_encoding_is_told_by_common_letters(encoding, text):
    assert likely_encoding(text.encode(encoding)) == encoding
    assert not reads_badly(text.split())


@pytest.mark.parametrize("encoding", ["gb18030", "cp1251", "cp1256"])
def test_letters_read_in_a_western_encoding_look_misread(encoding):
    assert reads_badly(TEXTS[encoding][0].encode(encoding).decode("cp1252", "replace").split())


@pytest.mark.parametrize(("encoding", "unit"), [("cp1251", "Казань"), ("gb18030", "成都店")])
def test_a_draft_reads_it_and_a_study_says_what_to_declare(tmp_path, encoding, unit):
    path = tmp_path / "staff.csv"
    path.write_bytes(STAFF.replace(",A,", f",{unit},").encode(encoding))
    found = look_at(path)
    assert found.settings == {"encoding": encoding}
    assert found.columns["branch"][0] == unit
    assert f"(for example encoding: {encoding})" in refusal(tmp_path, "staff.csv")


def test_a_draft_asks_where_no_encoding_makes_words(tmp_path):
    path = tmp_path / "staff.csv"
    path.write_bytes(STAFF.replace(",A,", ",\xb1\xb5\xa9 \xbe\xbc,").encode("latin-1"))
    assert look_at(path).questions == (
        "letters look misread; is the encoding another one, such as gb18030, cp1251, cp1256 or "
        "shift_jis?",
    )
