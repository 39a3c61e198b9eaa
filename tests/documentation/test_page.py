"""The page that shows the document: its files are here, and its policy lets in no others."""

import re

from broker.documentation import page
from tests.broker_in_process import in_process, story


@story
async def test_the_page_may_load_and_call_its_own_origin_alone():
    """Nothing by default, no inline script or style, no frame around it."""
    async with in_process() as broker:
        told = await broker.call("GET", "/docs")
    policy = told.headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert not re.search(r"<style|style=|<script>|onload=", told.text)


@story
async def test_the_viewer_is_of_a_version_that_reads_the_document():
    """Swagger UI 5 reads OpenAPI 3.1; 4 showed an error to every visitor."""
    async with in_process() as broker:
        viewer = (await broker.call("GET", f"{page.ASSETS}/swagger-ui-bundle.js")).text
        version = (await broker.call("GET", "/openapi.json")).json()["openapi"]
    assert version.startswith("3.1")
    assert re.search(r'PACKAGE_VERSION:"5\.', viewer)


@story
async def test_the_page_asks_for_no_key():
    """Whoever can reach the broker can read how to use it."""
    async with in_process() as broker:
        for path in (page.PATH, page.SCRIPT, f"{page.ASSETS}/swagger-ui.css", "/openapi.json"):
            assert (await broker.call("GET", path)).status_code == 200
