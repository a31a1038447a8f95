from bottle import route, run
from shop_core import title


@route("/")
def home():
    return title("Fish & chips")


def main():
    run(host="0.0.0.0", port=8080)
