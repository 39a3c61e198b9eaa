"""`swb route`: who would receive a file, and why."""

from tests.broker_in_process import declaration


def test_route_tells_who_receives_what_and_why(swb, lodged):
    """Recipient, purpose, elements, row, law and what the view withholds, in words."""
    result = swb("route", lodged)
    said = result.stdout
    assert result.exit_code == 0
    assert "plant-health for phytosanitary-control: GovernmentAgencyGoodsItem 1" in said
    assert "by row plants, view plant-health-items" in said
    assert "because living plants, plant products and soil are inspected before release" in said
    assert "law: International Plant Protection Convention" in said
    assert "withheld: " in said
    assert "StatisticalValueAmount" in said
    assert "customs for customs-control: the whole document" in said
    assert "firearms" not in said


def test_explain_tells_of_every_row(swb, lodged):
    """--explain names the rows that did not match, with the condition and the value it saw."""
    said = swb("route", "--explain", lodged).stdout
    assert "plants (routes/plant-health.yaml): matched, GovernmentAgencyGoodsItem 1" in said
    assert "firearms-and-ammunition (routes/firearms.yaml): no match" in said
    assert "Commodity.Classification.ID begins with '93': failed; saw '06031100'" in said


def test_a_row_may_wait_for_a_status(swb, lodged):
    """--overall says what the dossier's status is thought to be."""
    waiting = swb("route", lodged).stdout
    released = swb("route", "--overall", "released", lodged).stdout
    assert "statistics" not in waiting
    assert "statistics for trade-statistics: the whole document" in released


def test_a_rejected_file_would_reach_nobody(swb, broken):
    """The rows are shown all the same, and the exit code says that it would be rejected."""
    result = swb("route", broken)
    assert result.exit_code == 1
    assert "nobody would receive it" in result.stdout
    assert "plant-health" in result.stdout


def test_a_file_nobody_recognises_is_not_routed(swb, tmp_path):
    """Without a format there is nothing to ask the rows about."""
    file = tmp_path / "letter.txt"
    file.write_text("flowers")
    result = swb("route", file)
    assert result.exit_code == 1
    assert "submission.format-unknown" in result.stdout


def test_a_request_opens_nothing(swb, tmp_path):
    """A withdrawal is no document, so that no row is asked about it."""
    file = tmp_path / "withdrawal.xml"
    changes = {"FunctionCode": "13", "TypeCode": "INV", "ID": "26QZ00000000000009"}
    file.write_bytes(declaration("REQ-1", "06031100", **changes))
    assert "it opens nothing" in swb("route", file).stdout
