"""Pages for people: the welcome page and the API's documentation."""

from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse

from chatServer.openapi import describe

router = APIRouter(include_in_schema=False)

WELCOME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"

# Swagger UI is FastAPI's own page, which loads its script and style from this address.
DOCS_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' https://cdn.jsdelivr.net; connect-src 'self'; "
    "style-src 'unsafe-inline' https://cdn.jsdelivr.net; img-src 'self' data:; frame-ancestors 'none'"
)


@router.get("/")
async def get_welcome() -> HTMLResponse:
    page = files("chatServer").joinpath("pages", "welcome.html").read_text(encoding="utf-8")
    return HTMLResponse(page, headers={"Content-Security-Policy": WELCOME_POLICY})


@router.get("/openapi.json")
async def get_openapi(request: Request) -> JSONResponse:
    return JSONResponse(describe(request.app))


@router.get("/docs")
async def get_docs() -> HTMLResponse:
    page = get_swagger_ui_html(openapi_url="/openapi.json", title="Clarity API", swagger_favicon_url="data:,")
    page.headers["Content-Security-Policy"] = DOCS_POLICY
    return page
