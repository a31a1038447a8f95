import ctypes

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

MAGIC = ctypes.CDLL("libmagic.so.1")  # only the full image has it


def version(request):
    return PlainTextResponse(str(MAGIC.magic_version()))


app = Starlette(routes=[Route("/", version)])
