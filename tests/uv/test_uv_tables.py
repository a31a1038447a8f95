"""Every entry of every table of ``uvdive/uv``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""
cache._WITHOUT: --no-cache --no-cache-dir -n
calls.TRUE: 1 on t true y yes
calls._GLOBAL_VALUES: --allow-insecure-host --cache-dir --color --config-file --directory --project
calls._GROUPS: pip python tool
calls._INSTALLS: add pip run sync tool
images._UV: astral/uv ghcr.io/astral-sh/uv
images._LAMBDA: amazon/aws-lambda-python public.ecr.aws/lambda/python
images._SYSTEMS: alpine buildpack-deps debian ubuntu
images._MOVING: debian = trixie debian-slim = trixie-slim alpine = alpine3.22
lock.LOCAL: directory editable virtual
lock._KINDS: directory editable virtual registry git url path
lock._ARCHITECTURES: x86_64 aarch64
pip_words._VALUES: --abi --build --build-option --cache-dir --cert --client-cert --config-settings
    --default-timeout --exists-action --extra-index-url --find-links --global-option --group --hash
    --implementation --index-url --install-option --keyring-provider --log --no-binary --only-binary
    --platform --progress-bar --proxy --pypi-url --python --python-version --report --resume-retries
    --retries --root-user-action --src --timeout --trusted-host --upgrade-strategy --uploaded-prior-to
    --use-deprecated --use-feature -C -b -f -i
pip_words._LISTS: --editable --requirement -e -r
pip_words._CONSTRAINTS: --constraint -c
pip_words._PLACES: --prefix --root --target -t
python_request._KINDS: '' = '' cp = cpython python = '' pp = pypy
run_options._DROPPED_WITH_VALUE: --allow-insecure-host --cache-dir --color --config-file --keyring-provider
    --link-mode --no-extra --no-group --refresh-package
run_options._DROPPED: --compile-bytecode --dev --frozen --inexact --locked --managed-python --native-tls
    --no-cache --no-cache-dir --no-config --no-default-groups --no-dev --no-env-file --no-managed-python
    --no-progress --no-python-downloads --no-sync --offline --quiet --refresh --system-certs --verbose -n -q
    -v
run_options.SYNC_WITH_VALUE: --extra --group
run_options.SYNC_FLAGS: --all-extras --all-groups
run_options._BUILD_WITH_VALUE: --only-group --package
run_options._BUILD_FLAGS: --all-packages --no-editable --only-dev
run_options._WITH_VALUE: --allow-insecure-host --cache-dir --color --config-file --directory --extra --group
    --keyring-provider --link-mode --no-extra --no-group --only-group --package --project --python
    --refresh-package -p
run_options._FLAGS: --active --all-extras --all-groups --all-packages --compile-bytecode --dev --exact
    --frozen --inexact --locked --managed-python --native-tls --no-cache --no-cache-dir --no-config
    --no-default-groups --no-dev --no-editable --no-env-file --no-managed-python --no-progress
    --no-python-downloads --no-sync --offline --only-dev --quiet --refresh --system-certs --verbose -n -q -v
run_options._INDEX: asks␣an␣index␣at␣start …
run_options._WITH: adds␣packages␣at␣start …
run_options._REFUSED: --with = adds␣packages␣at␣start … --with-editable = adds␣packages␣at␣start …
    --with-requirements = adds␣packages␣at␣start … -w = adds␣packages␣at␣start … --env-file = … … --isolated
    = … … --no-project = … … --index = asks␣an␣index␣at␣start … --default-index = asks␣an␣index␣at␣start …
    --index-url = asks␣an␣index␣at␣start … -i = asks␣an␣index␣at␣start … --extra-index-url =
    asks␣an␣index␣at␣start … --find-links = asks␣an␣index␣at␣start … -f = asks␣an␣index␣at␣start … --upgrade
    = … … -U = … … --upgrade-package = … … -P = … … --reinstall = … … --reinstall-package = … … --gui-script
    = … Use␣`uv␣run␣SCRIPT`.
selection._VALUED: --extra --group --no-extra --no-group --no-install-package --only-group --package
selection.PARTIAL: --no-install-local --no-install-project --no-install-workspace
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("uv"), TABLES) == []
