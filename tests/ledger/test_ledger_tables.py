"""Every entry of every table of ``uvdive/ledger``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""
accounts.rule.STATE_NAMES: env env.fish uv-receipt.json
caches._ABSOLUTE: ( /var/lib/apt/lists apt␣lists cache ) ( /var/cache/apt apt␣archives cache ) (
    /var/cache/apk apk cache ) ( /etc/apk/cache apk cache ) ( /var/cache/dnf dnf cache ) (
    /var/cache/libdnf5 dnf cache ) ( /var/cache/yum yum cache ) ( /var/cache/zypp zypper cache ) (
    /var/cache/pacman/pkg pacman cache ) ( /var/cache/man manual␣pages'␣index cache ) (
    /var/cache/fontconfig fontconfig data␣cache ) ( /usr/share/nltk_data nltk data␣cache )
caches._ANYWHERE: ( .npm npm cache ) ( .bun/install/cache bun cache ) ( .pnpm-store pnpm cache ) (
    .local/share/pnpm/store pnpm cache ) ( .yarn-cache yarn cache ) ( .yarn/cache yarn data␣cache ) (
    .cargo/registry cargo cache ) ( .cargo/git cargo cache ) ( .rustup/downloads rustup cache ) ( go/pkg/mod
    go␣modules cache ) ( .ccache ccache cache ) ( .gradle/caches gradle cache ) ( .m2/repository maven cache
    ) ( .gem/specs gem cache ) ( .conda/pkgs conda␣packages cache ) ( .pytest_cache pytest cache ) (
    .mypy_cache mypy cache ) ( .ruff_cache ruff cache ) ( .hypothesis hypothesis cache ) ( nltk_data nltk
    data␣cache ) ( .EasyOCR EasyOCR data␣cache ) ( .keras keras data␣cache ) ( .insightface insightface
    data␣cache ) ( .u2net rembg data␣cache ) ( .paddleocr paddleocr data␣cache ) ( .ollama/models ollama
    data␣cache ) ( scikit_learn_data scikit-learn data␣cache ) ( seaborn-data seaborn data␣cache ) ( .wdm
    webdriver-manager data␣cache )
caches.MARKS: .npm cache .pnpm-store store .yarn-cache registry git downloads mod .ccache caches repository
    specs pkgs .pytest_cache .mypy_cache .ruff_cache .hypothesis nltk_data .EasyOCR .keras .insightface
    .u2net .paddleocr models scikit_learn_data seaborn-data .wdm .cache conda-meta
caches._PURE: Cypress-temp Homebrew apt babel-loader bazel black bun cargo ccache composer conda debconf
    eslint flake8 go-build golangci-lint gopls hatch helm mamba meson mypy nix node-gyp npm nx pdm pip
    pipenv pnpm poetry pre-commit prettier pylint pypoetry pytest rattler ruff sccache terser-webpack-plugin
    trivy turbo typescript virtualenv yarn zig
caches._VARIABLES: PIP_CACHE_DIR = pip cache POETRY_CACHE_DIR = pypoetry cache PIPENV_CACHE_DIR = pipenv
    cache PDM_CACHE_DIR = pdm cache npm_config_cache = npm cache NPM_CONFIG_CACHE = npm cache
    YARN_CACHE_FOLDER = yarn cache GOCACHE = go-build cache GOMODCACHE = go␣modules cache CCACHE_DIR =
    ccache cache SCCACHE_DIR = sccache cache CONDA_PKGS_DIRS = conda␣packages cache HF_HOME = huggingface
    data␣cache HF_HUB_CACHE = huggingface data␣cache HUGGINGFACE_HUB_CACHE = huggingface data␣cache
    TRANSFORMERS_CACHE = huggingface data␣cache SENTENCE_TRANSFORMERS_HOME = sentence-transformers
    data␣cache TORCH_HOME = torch data␣cache NLTK_DATA = nltk data␣cache TIKTOKEN_CACHE_DIR = tiktoken
    data␣cache PLAYWRIGHT_BROWSERS_PATH = ms-playwright data␣cache PUPPETEER_CACHE_DIR = puppeteer
    data␣cache KERAS_HOME = keras data␣cache MPLCONFIGDIR = matplotlib data␣cache
caches._TOO_WIDE: '' /app /code /data /home /opt /root /run /src /srv /tmp /usr /var
caches._BACKUP_FOLDERS: /var/lib/dpkg /var/cache/debconf
costs.markers._MACHINES: amd64 = x86_64 arm64 = aarch64 386 = i686 arm = armv7l
costs.listed._KINDS: pypi = python deb = os apk = os rpm = os
costs.listed._HERE: distribution = python bundled = python package = os
environments.lockfile._OWN: editable virtual
environments.bytes_by_kind._CODE: .py .pyi .pyx .pxd .pth
environments.bytes_by_kind._TESTS: test tests
environments.bytes_by_kind._SITES: dist-packages site-packages
environments.which_lock.FILES: uv.lock pyproject.toml
findings.copied._NAMED: .boto .dockercfg .env .git-credentials .htpasswd .my.cnf .netrc .npmrc .pgpass .pypirc
    .s3cfg .vault-token .vault_pass _netrc auth.toml config credentials credentials.toml hosts.yml id_dsa
    id_ecdsa id_ed25519 id_rsa kaggle.json secrets.toml settings.xml token .git
findings.copied._THEIRS: base-os os-packages python uv uv-cache venv
findings.environments._DEV_GROUPS: dev docs lint linting test testing tests typing
findings.environments._TESTS: test tests
findings.libraries._INNER: lib .libs
findings.lighter._OPENCV: opencv-python opencv-contrib-python
findings.lighter._ALL: all everything full
findings.registry._WEIGHTS: high medium low info
marks.paths.MOUNT_POINTS: /.dockerenv /etc/hostname /etc/hosts /etc/resolv.conf /run/.containerenv
owners.OWNERS: uv venv uv-cache caches python base-os os-packages app other
python.conda._PYTHON: cpython pip pypy python python_abi setuptools wheel
python.distributions._NO_MODULES: __pycache__ bin share etc
python.distributions.BUNDLED: ensurepip pip setuptools wheel
python.interpreters._SHARED: / /opt /usr /usr/local
python.interpreters._TESTS: idle_test test tests
python.interpreters.MARKS: lib-python idle_test test tests
python.interpreters.STARTS: python pypy
python.places.INFO: .dist-info .egg-info .egg .egg-link
python.places._SITES: site-packages dist-packages
python.places.MARKS: pyvenv.cfg site-packages dist-packages
python.uv_files._BUCKETS: archive wheels built-wheels simple sdists builds interpreter environments flat-index
    git binaries python osv
python.uv_files.STARTS: archive-v wheels-v built-wheels-v simple-v sdists-v builds-v interpreter-v
    environments-v flat-index-v git-v binaries-v python-v osv-v
python.uv_files._SHORT_BUCKETS: python git builds
python.uv_files.MARKS: uv uv-receipt.toml
python.uv_files._NAMES: uv uvx uvw
python.uv_files._INSTALLER: env env.fish
python.uv_files._KEEPING: .lock .gitignore .temp .tmp .cache
reading.elf_usual.SEARCH: 15 29
reading.elf_usual._ENTRIES: 2 = 24 11 = 24 4 = 24 19 = 8
reading.elf_usual._KNOWN: 0 1 11 14 15 16 1879048182 1879048189 1879048190 1879048191 1879048193 19 2 3 4 5 6
    7 8
reading.elf_usual._MACHINES: 62 = EM_X86_64 183 = EM_AARCH64
reading.elf_usual._TEXTS: 1 14 15 29
reading.linker._TRIPLETS: EM_X86_64 = x86_64-linux-gnu lib64 EM_AARCH64 = aarch64-linux-gnu lib64 EM_386 =
    i386-linux-gnu lib32 EM_ARM = arm-linux-gnueabihf lib EM_PPC64 = powerpc64le-linux-gnu lib64 EM_S390 =
    s390x-linux-gnu lib64 EM_RISCV = riscv64-linux-gnu lib64
report.VIRTUAL: tool venv
saved.report_file._OWN_COLUMNS: inode_owner inode_component
saved.report_file._LATER: attributed xattrs
system.package_databases._RPM_OLD: Packages Packages.db
system.system_files._FOLDERS: ( 3 ( /usr /var /lib /lib64 /lib32 /boot ) ) ( 5 ( /usr/local /usr/src
    /usr/bin /usr/sbin /bin /sbin /var/www /var/task ) ) ( 1 ( /etc /var/lib/apt /var/lib/pam
    /var/lib/systemd /var/lib/dbus /var/lib/ucf /var/lib/dnf /var/lib/yum /var/lib/alternatives /var/log
    /var/cache/debconf /var/cache/ldconfig /var/backups /usr/share/mime /usr/share/info
    /usr/share/ca-certificates /usr/local/share/ca-certificates /run/systemd ) ) ( 2 ( /tmp /var/tmp /run
    /var/run ) ) ( 4 ( /var/lib/dpkg /lib/apk/db /usr/lib/apk/db /var/lib/rpm /usr/lib/sysimage/rpm
    /usr/share/rpm ) )
system.system_files._WRITE_NOTHING: '' ARG CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER ONBUILD
    SHELL STOPSIGNAL USER VOLUME
view.filter.HOWS: text fuzzy regex
view.tree.SORTS: size name change
view.treemap.BYS: folder package layer
wanted._ENDS: .list .pth .egg-link finder.py .sh
wanted._FOLDERS: bin status.d conda-meta
wanted._NAMES: .python-version METADATA PKG-INFO RECORD direct_url.json diversions group installed
    installed-files.txt os-release passwd patchlevel.h pyproject.toml pyvenv.cfg rpmdb.sqlite status
    top_level.txt uv.lock
wanted._TAILS: .py .sh ink ist pth
whose._SYSTEM: base-os os-packages
whose._PYTHONS: headers package
whose._APPS: 1 4 7 8
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("ledger"), TABLES) == []
