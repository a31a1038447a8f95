from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def hook(request):
    return JSONResponse({"accepted": True})


app = Starlette(routes=[Route("/", hook)])
