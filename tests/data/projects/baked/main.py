from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def hello(request):
    return PlainTextResponse("baked")


app = Starlette(routes=[Route("/", hello)])
