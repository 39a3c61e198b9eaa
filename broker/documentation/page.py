"""`/docs`: Swagger UI shows the OpenAPI document and tries calls, from files of this process.

Rules
    Nothing is loaded from another server, and the policy of the page forbids it: script, style and
    calls are of this origin alone, and nothing is inline.
    No key is asked for; one that is entered goes with the calls that are tried, and is not kept.
"""

from html import escape
from importlib.resources import files
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

PATH, SCRIPT, ASSETS = "/docs", "/docs/start.js", "/docs/assets"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/png" href="{assets}/favicon-32x32.png">
<link rel="stylesheet" href="{assets}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{assets}/swagger-ui-bundle.js"></script>
<script src="{script}"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""


def page(title: str) -> Response:
    """The page itself."""
    shown = _PAGE.format(title=escape(title), assets=ASSETS, script=SCRIPT)
    return Response(shown, 200, HEADERS, media_type="text/html")


def script() -> Response:
    """What starts the viewer: inline it would need a weaker policy."""
    return Response(_START, 200, HEADERS, media_type="text/javascript")


def assets() -> ASGIApp:
    """The viewer's own files."""
    return StaticFiles(directory=Path(str(files("fastapi_swagger.resources"))))
