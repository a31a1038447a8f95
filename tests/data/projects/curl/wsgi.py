from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
@app.get("/healthz")
def healthz():
    return jsonify(status="ok")
