"""What an agency states to a declarant, in words: for syntaxes that have no classes for it.

Rules
    One sentence for each document wanted, payment, limit, remark and error. Values are as they were
    stated, times in ISO 8601. A question is named by its number, which a response repeats.
What does not belong
    What the view lets through, the status, and where a syntax puts the words.
"""

from collections.abc import Iterator, Mapping

from broker.adapter import Tree

OF_PAYMENT = (
    ("TypeCode", "duty"), ("RegimeCode", "regime"), ("RateNumeric", "rate"),
    ("BaseAmount", "base"), ("BaseQuantity", "base"), ("DeductAmount", "deducted"),
    ("PaymentAmount", "to pay"), ("AssessedAmount", "assessed"), ("MethodCode", "method"),
    ("ReferenceID", "reference"), ("DueDateTime", "due"), ("BankID", "bank"),
    ("AccountID", "account"),
)  # fmt: skip
"""What a payment states, and the word before each value."""


def sentences(answer: Tree) -> Iterator[str]:
    """All that is stated: what is wanted and owed first."""
    for name, words in (
        ("WantedDocument", document),
        ("Payment", payment),
        ("Limit", limit),
        ("Remark", remark),
        ("Error", error),
    ):
        yield from filter(None, map(words, answer.get(name, ())))


def document(wanted: Tree) -> str:
    """A document that is wanted, and until when."""
    names = [wanted.get(name) for name in ("TypeCode", "ID", "Text")]
    words = " ".join(filter(None, names))
    until = wanted.get("LimitDateTime")
    return f"{words}, until {until}".removeprefix(", ") if until else words


def payment(stated: Tree) -> str:
    """A payment, with all that is known of it."""
    words = [f"{word} {value(stated[name])}" for name, word in OF_PAYMENT if stated.get(name)]
    words += [f"account or security {each['ReferenceID']}" for each in stated.get("Guarantee", ())]
    return f"Payment: {', '.join(words)}" if words else ""


def limit(stated: Tree) -> str:
    """A limit, and what it is for."""
    until = stated.get("DateTime")
    words = [f"Until {until}"] if until else []
    return ": ".join([*words, *filter(None, (stated.get("Code"), stated.get("Text")))])


def remark(stated: Tree) -> str:
    """A remark: its code and its words."""
    return ": ".join(filter(None, (stated.get("Code"), stated.get("Text"))))


def error(stated: Tree) -> str:
    """An error, and where it is."""
    where = stated.get("Path") or stated.get("Pointer")
    words = remark(stated)
    return f"{words} ({where})" if words and where else words


def question(asked: Tree) -> str:
    """What an authority wants, by its number, and until when."""
    number, agency = asked.get("SequenceNumeric"), asked.get("AgencyID")
    words = f"question {number} of {agency}: {asked.get('TypeCode')} wanted"
    due = asked.get("DueDateTime")
    words += f", until {due}" if due else ""
    return f"{words}; overdue" if asked.get("StatusCode") == "overdue" else words


def reported(fact: Tree) -> str:
    """That something was presented, has arrived or departed, as an authority has stated it."""
    what = " ".join(filter(None, (fact.get("Part"), fact.get("TypeCode"), fact.get("DateTime"))))
    return f"{what}, as {fact['AgencyID']} has stated" if fact.get("AgencyID") else what


def beside(tree: Tree) -> Iterator[tuple[str, str]]:
    """Questions and reports in words, each with the path of what it is about ("" the whole)."""
    for asked in tree.get("Question", ()):
        yield asked.get("Subject", ""), question(asked)
    for fact in tree.get("Reported", ()):
        yield "", reported(fact)


def value(leaf: str | Mapping[str, str]) -> str:
    """A leaf in words: a pair with its currency or unit."""
    return leaf if isinstance(leaf, str) else " ".join(filter(None, leaf.values()))
