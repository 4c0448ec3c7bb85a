"""Filters: what is of the grammar, and what meets them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks.vendors.aliyun.filter import (
    MAX_DEPTH,
    ConditionError,
    FilterGrammar,
    evaluate_condition,
    parse_condition,
)

PAGE = FilterGrammar(
    {"int_attr", "int_attr2"}, {">", ">=", "<", "<=", "="}, {"str_attr"}, {"=", "!="}, allows_sets=False
)
LATER = FilterGrammar(
    PAGE.integer_fields, PAGE.integer_operators, PAGE.string_fields, PAGE.string_operators, allows_sets=True
)
GOODS: dict[str, int | str] = {"int_attr": 100, "int_attr2": -5, "str_attr": "a b"}


def met(text: str, grammar: FilterGrammar = PAGE) -> bool:
    return evaluate_condition(parse_condition(text, grammar), GOODS.__getitem__)


def fault(text: str, grammar: FilterGrammar = PAGE) -> str:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text, grammar)
    return caught.value.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int_attr > 99", True),
        ("int_attr > 100", False),
        ("int_attr >= 100", True),
        ("int_attr >= 101", False),
        ("int_attr < 101", True),
        ("int_attr < 100", False),
        ("int_attr <= 100", True),
        ("int_attr <= 99", False),
        ("int_attr = 100", True),
        ("int_attr=100", True),
        ("  int_attr=100  ", True),
        ("int_attr=0100", True),
        ("int_attr2=-5", True),
        ("int_attr2>-5", False),
        ('str_attr = "a b"', True),
        ('str_attr="a b"', True),
        ('str_attr="a"', False),
        ('str_attr != "a"', True),
        ('str_attr!="a b"', False),
        ('str_attr!=""', True),
        ('str_attr!="AND"', True),
        ('int_attr=1 AND str_attr="a b"', False),
        ('int_attr=1 OR str_attr="a b"', True),
        ('int_attr=100 AND str_attr="a b" AND int_attr2<0', True),
        # AND binds closer than OR
        ('int_attr=100 OR int_attr=1 AND str_attr="x"', True),
        ('str_attr="x" AND int_attr=1 OR int_attr=100', True),
        ('(int_attr=100 OR int_attr=1) AND str_attr="x"', False),
        ('(((int_attr=100)))AND(str_attr="a b")', True),
    ],
)
def test_what_meets_it(text: str, expected: bool) -> None:
    assert met(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int_attr in (1, 100)", True),
        ("int_attr in (1,2)", False),
        ("int_attr not in (1,2)", True),
        ("int_attr not in (100)", False),
        ('str_attr in ("a b","c")', True),
        ('str_attr not in ("a b")', False),
        ("int_attr in (100) AND int_attr>1", True),
    ],
)
def test_sets(text: str, expected: bool) -> None:
    assert met(text, LATER) is expected
    assert fault(text) == "grammar"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "int_attr", "int_attr=", "=1", "int_attr=1 AND", "AND int_attr=1", "int_attr=1 int_attr=1", "int_attr=>1",
        "int_attr!=1", "int_attr==1", "int_attr=1 and int_attr=1", "int_attr=1 || int_attr=1", "price=1", "INT_ATTR=1",
        "str_attr=a", "str_attr=1", 'str_attr>"a"', 'str_attr="a', 'str_attr="a""', "str_attr='a'", "(int_attr=1",
        "int_attr=1)", "()", "int_attr=(1)", "int_attr=,", "NOT int_attr=1", '"int_attr"=1',
        "int_attr in 1", "int_attr in ()", "int_attr in (1", "int_attr in (1,)", "int_attr not (1)", "int_attr not",
    ],
)  # fmt: skip
@pytest.mark.parametrize("grammar", [PAGE, LATER], ids=["page", "later"])
def test_not_of_the_grammar(text: str, grammar: FilterGrammar) -> None:
    assert fault(text, grammar) == "grammar"


@pytest.mark.parametrize("value", ['"red"', "red", "1.5", "1e3", "0x1", "+1", "--1", "1;", "１", "9" * 19])
def test_no_integer(value: str) -> None:
    assert fault(f"int_attr={value}") == "integer"
    assert fault(f"int_attr in (1,{value})", LATER) == "integer"


def test_depth_is_bounded() -> None:
    assert met("(" * MAX_DEPTH + "int_attr=100" + ")" * MAX_DEPTH)
    assert fault("(" * (MAX_DEPTH + 1) + "int_attr=100" + ")" * (MAX_DEPTH + 1)) == "grammar"
    assert fault("(" * 4096) == "grammar"
    assert met(" AND ".join(["int_attr=100"] * 1000))


@given(st.text(alphabet='int_attr2str =<>!"()AND OR,1-', max_size=60) | st.text(max_size=40))
def test_anything_is_a_condition_or_refused(text: str) -> None:
    try:
        condition = parse_condition(text, LATER)
    except ConditionError as bad:
        assert bad.reason in ("grammar", "integer")
    else:
        assert evaluate_condition(condition, GOODS.__getitem__) in (True, False)
