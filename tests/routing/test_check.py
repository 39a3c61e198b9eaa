"""Checking all files together; what is sound is made ready."""

from broker.routing.check import Known, check


def texts(checked):
    """The findings as text."""
    return [str(finding) for finding in checked.findings]


def test_the_sample_configuration_is_sound(sample):
    """Nothing is wrong with the sample rules and views, their tests included."""
    assert texts(sample) == []
    assert len(sample.book.rows) == 60
    assert len(sample.views) == 35
    assert "trade-statistics" in sample.purposes


def test_a_failing_test_is_told_with_found_and_expected(routes, views, known):
    """A rule changed behind its test's back is found."""
    routes["routes/firearms.yaml"]["rules"][0]["when"] = {
        "Commodity.Classification.ID": {"prefix": "9303"}
    }
    routes["routes/firearms.yaml"]["rules"][1]["when"] = {
        "Commodity.Classification.ID": {"prefix": "95"}
    }
    (text,) = texts(check(routes, views, known))
    assert text.startswith("routes/firearms.yaml: tests[0]: test 'rifles and fuses go to firearms")
    assert text.endswith("'firearms' is sent elements 1, 3, expected elements 1, 2")


def test_a_view_that_shows_too_much_fails_the_tests_beside_the_rules(routes, views, known):
    """Listing descriptions for statistics is found by the test that forbids it."""
    views["views/statistics-declaration.yaml"]["paths"].append(
        "GoodsShipment.GovernmentAgencyGoodsItem.Commodity.Description"
    )
    (text,) = texts(check(routes, views, known))
    assert "shows 'GoodsShipment.GovernmentAgencyGoodsItem.Commodity.Description'" in text


def test_everything_wrong_is_told_at_once(routes, views, known):
    """Findings of several files come together, and other files' tests still run."""
    routes["routes/firearms.yaml"]["rules"][0]["recipient"] = "army"
    routes["routes/wildlife.yaml"]["tests"][1]["sends"] = {"wildlife": ["1"]}
    views["views/radiation-items.yaml"]["paths"].append("Nonsense")
    routes["routes/statistics.yaml"] = "nothing"
    del routes["routes/purposes.yaml"]["purposes"]["decision"]
    files = {finding.file for finding in check(routes, views, known).findings}
    assert files == {
        "routes/firearms.yaml",
        "routes/wildlife.yaml",
        "routes/statistics.yaml",
        "routes/submitter.yaml",
        "views/radiation-items.yaml",
    }


def test_paths_in_test_bodies_must_exist(routes, views, known):
    """A test whose body the model does not know proves nothing."""
    routes["routes/submitter.yaml"]["tests"][0]["body"]["Answer"][0]["Statuscode"] = "held"
    (text,) = texts(check(routes, views, known))
    assert text.startswith("routes/submitter.yaml: tests[0].body: unknown path 'Answer.Statuscode'")


def test_views_are_named_once(routes, views, known):
    """Two files with one name are found."""
    views["views/zz.yaml"] = views["views/customs-board.yaml"]
    assert texts(check(routes, views, known)) == [
        "views/zz.yaml: name: view 'customs-board' is named twice"
    ]


def test_an_empty_configuration_routes_nothing():
    """Without files there are no findings, no rows and no views."""
    checked = check({}, {}, Known(frozenset(), frozenset()))
    assert (checked.findings, checked.book.rows, dict(checked.views)) == ((), (), {})
