"""A prediction in words, as Markdown and as JSON."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
from made_images.samples import sample_report

from uvdive.ledger.costs.whatif import Added, Gone, Stays, Unneeded, WhatIf
from uvdive.output.as_json.text import json_text
from uvdive.output.what_if import what_if_data, what_if_markdown, what_if_text

FOUND = WhatIf(
    71_600,
    41_600,
    (Gone("/v", "boto\x1b3", "1.0", 31_000),),
    (Stays("/v", "six", ("a",)), Stays("/v", "core", ("a", "b"))),
    (Added("/v", "loop", "2", 1_000), Added("/v", "x", None, None)),
    ("Not counted: a | b.",),
    (Unneeded("libpq5", 500, ("boto3",)), Unneeded("libldap", 20, ())),
)


def test_it_says_what_the_image_comes_to_and_why() -> None:
    assert what_if_text(sample_report(), FOUND).splitlines() == [
        "sample:1: 71.6 kB now, at least 41.6 kB predicted (-30.0 kB, 41.9 %)",
        "",
        "  gone             31.0 kB  boto\\x1b3 1.0  /v",
        "  added     1.0 kB to load  loop 2         /v",
        "  added     size not known  x              /v",
        "  unneeded           500 B  libpq5         OS, only for boto3",
        "  unneeded            20 B  libldap        OS, only for what it came with",
        "  stays                     six            /v: a holds it",
        "  stays                     core           /v: a, b hold it",
        "",
        "Note: Not counted: a | b.",
    ]
    nothing = WhatIf(10, 10, (), (), (), ())
    assert what_if_text(sample_report(), nothing) == "sample:1: 10 B now, 10 B predicted (0 B, 0.0 %)\n"


def test_markdown_is_a_table() -> None:
    text = what_if_markdown(sample_report(), FOUND)
    assert "| gone | 31.0 kB | boto\\\\x1b3 1.0 | /v |" in text
    assert "- Not counted: a \\| b." in text


def test_json_keeps_its_contract() -> None:
    data = json.loads(json_text(what_if_data(sample_report(), FOUND)))
    schema = json.loads(resources.files("uvdive.output").joinpath("schemas/what-if-1.json").read_text())
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    assert set(data) == set(schema["required"])
    assert data["at_least"] is True
    assert data["gone"] == [{"environment": "/v", "name": "boto\x1b3", "version": "1.0", "bytes": 31_000}]
    assert data["stays"][1] == {"environment": "/v", "name": "core", "held_by": ["a", "b"]}
    assert data["added"][1] == {"environment": "/v", "name": "x", "version": None, "download_bytes": None}
    assert data["os_packages"][0] == {"name": "libpq5", "bytes": 500, "needed_by": ["boto3"]}
    assert (data["before_bytes"], data["after_bytes"]) == (71_600, 41_600)
