"""Pages for people: the web app (or a welcome page where it is not built), and the API's documentation."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from chatServer.openapi import describe
from chatServer.web_app import WebFiles

router = APIRouter(include_in_schema=False)

# Of the pages in chatServer/pages: they load nothing and run nothing.
PLAIN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


async def get_web_files(request: Request) -> WebFiles | None:
    return request.app.state.web_files


WebFilesDep = Annotated[WebFiles | None, Depends(get_web_files)]


@router.get("/")
async def get_home(request: Request, web_files: WebFilesDep) -> Response:
    return await web_files.get_response("index.html", request.scope) if web_files else _page("welcome.html")


@router.get("/config.json")
async def get_config(request: Request) -> JSONResponse:
    """Where Supabase is, for the web app: the same build serves every installation."""
    if request.app.state.web_config is None:
        raise HTTPException(404)
    return JSONResponse(request.app.state.web_config)


@router.get("/openapi.json")
async def get_openapi(request: Request) -> JSONResponse:
    return JSONResponse(describe(request.app))


@router.get("/docs")
async def get_docs(request: Request, web_files: WebFilesDep) -> Response:
    return await web_files.get_response("docs.html", request.scope) if web_files else _page("no_docs.html")


def _page(name: str) -> HTMLResponse:
    page = files("chatServer").joinpath("pages", name).read_text(encoding="utf-8")
    return HTMLResponse(page, headers={"Content-Security-Policy": PLAIN_POLICY})
