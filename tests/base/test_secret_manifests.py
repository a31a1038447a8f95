"""Secrets in manifests: of variables whose name and value each have a key, and of Kubernetes' Secret."""

from __future__ import annotations

import pytest

from uvdive.base.secrets.words import HIDDEN, redact


@pytest.mark.parametrize(
    "text",
    [
        "- name: DB_PASSWORD\n  value: {}\n",
        "- name: DB_PASSWORD\r\n  value: '{}'\r\n",
        "     - name: DB_PASSWORD\n-      value: {}\n",
        "+    - name: DB_PASSWORD\n+      value: {}\n",
        "+DB_PASSWORD: {}\n",
        "- {{name: DB_PASSWORD, value: {}}}\n",
        '{{"name": "API_TOKEN", "value": "{}"}}',
        '{{"key": "API_TOKEN",\n  "value": "{}"}}',
        'env {{\n  name  = "API_TOKEN"\n  value = "{}"\n}}\n',
        'name: "API_TOKEN"\\n  value: {}',
    ],
)
def test_a_variable_of_two_keys(text: str) -> None:
    assert redact(text.format("canary1zq")).replace(f"'{HIDDEN}'", HIDDEN) == text.format(HIDDEN).replace(
        "'", ""
    )


@pytest.mark.parametrize(
    "text",
    [
        "- name: HOST\n  value: canary1zq\n",
        "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db}}\n",
        "- name: TOKEN_TTL\n  value: 3600s\n",
        "name: api-token\nversion: 1\n",
        "kind: ConfigMap\ndata:\n  a: canary1zq\n",
        "kind: Secret\nmetadata:\n  name: canary1zq\n---\nkind: ConfigMap\ndata:\n  a: b\n",
        "data:\n  a: canary1zq\n",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_every_value_of_a_secret_goes_and_its_lines_stay() -> None:
    text = """\
apiVersion: v1
kind: Secret # of the app
metadata: {name: s}
stringData:
  plain: canary1zq
  config.yaml: |
    a: canary2zq

      b: canary3zq
  "quoted": 'canary4zq'
type: Opaque
---
data:
  a: canary5zq
kind: "Secret"
"""
    hidden = redact(text)
    assert "canary" not in hidden
    assert [line.split(HIDDEN)[0] for line in hidden.splitlines()] == [
        *("apiVersion: v1", "kind: Secret # of the app", "metadata: {name: s}", "stringData:"),
        *("  plain: ", "  config.yaml: |", "    ", "", "      ", '  "quoted": ', "type: Opaque"),
        *("---", "data:", "  a: ", 'kind: "Secret"'),
    ]


def test_a_diff_of_a_secret_stays_a_diff() -> None:
    text = (
        " kind: Secret\n stringData:\n+  a: canary1zq\n-  a: canary2zq\n   b: |\n+    canary3zq\n type: x\n"
    )
    hidden = (
        f" kind: Secret\n stringData:\n+  a: {HIDDEN}\n-  a: {HIDDEN}\n   b: |\n+    {HIDDEN}\n type: x\n"
    )
    assert redact(text) == hidden


def test_string_data_shows_by_itself_that_it_is_a_secrets() -> None:
    assert redact(" stringData:\n   a: canary1zq\n") == f" stringData:\n   a: {HIDDEN}\n"
