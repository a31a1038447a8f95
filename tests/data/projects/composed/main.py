import os

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

GREETING = os.environ["GREETING"]  # only compose sets it


def greet(request):
    return JSONResponse({"greeting": GREETING, "revision": os.environ["REVISION"]})


app = Starlette(routes=[Route("/", greet)])
