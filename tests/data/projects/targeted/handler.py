"""Answers one event, as a function of AWS Lambda would."""

import idna


def handler(event: dict[str, str]) -> str:
    return idna.encode(event["host"]).decode()


if __name__ == "__main__":
    print(handler({"host": "bücher.example"}))
