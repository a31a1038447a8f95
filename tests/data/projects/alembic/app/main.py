import sqlite3

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def notes() -> list[str]:
    with sqlite3.connect("/data/notes.db") as connection:
        return [row[0] for row in connection.execute("SELECT text FROM notes")]
