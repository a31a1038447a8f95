"""Every entry of every table of ``uvdive/rewrite``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""
advice.home_data._DATA: .cache/huggingface .cache/torch .cache/ms-playwright .cache/whisper .cache/clip
    .cache/tiktoken .insightface nltk_data .keras .EasyOCR .paddleocr .u2net
advice.missing_programs._BUILT_IN: . : [ [[ alias bg break cd command continue declare echo eval exec exit
    export false fg getopts hash jobs kill let local printf pwd read readonly return set shift shopt source
    test time times trap true type typeset ulimit umask unalias unset wait
advice.missing_programs._RUNNERS: uv uvx
builder.dependency_layer._PROJECT: pyproject.toml uv.lock
builder.dependency_layer._SETTINGS: uv.toml .python-version
builder.dependency_layer._OURS: --exact --frozen --inexact --locked --no-cache --no-editable -n
builder.dependency_layer._FIRST: 0 5
builder.dependency_layer._SAME_SCRIPTS: 0 13
builder.exported_layer._FIRST: 0 13
builder.exported_layer._HARMLESS: default-groups dev-dependencies managed package required-version
builder.exported_layer._DECIDES: UV_PROJECT_ENVIRONMENT VIRTUAL_ENV UV_LOCKED UV_PROJECT UV_CONFIG_FILE
    UV_PYTHON
builder.exported_layer._WITHOUT: --no-install-project --no-install-workspace
builder.full_sync._NARROW: --no-install-package --only-group --package
builder.full_sync._PLACES: --directory --project
builder.full_sync._NARROW_FLAGS: --inexact --only-dev
builder.full_sync._NOT_AGAIN: --check --dry-run --exact
builder.full_sync._OF_START: --frozen --locked --no-dev --no-default-groups --compile-bytecode
builder.layer_parts._SAYS: ARG ENV EXPOSE LABEL MAINTAINER STOPSIGNAL
builder.one_sync._VALUED: --extra --group
builder.prefix_by_text._OF_OLD_PYTHONS: pip setuptools wheel
builder.prefix_by_text._LEAN_PYTHON: 3 12
builder.prefix_edits.OF_EXPORT: --frozen = False --locked = False --no-dev = False --dev = False
    --all-extras = False --all-groups = False --no-default-groups = False --only-dev = False --all-packages
    = False --no-editable = False --extra = True --group = True --no-extra = True --no-group = True
    --only-group = True --package = True
builder.prefix_edits._RENAMED: --no-install-project = --no-emit-project --no-install-workspace =
    --no-emit-workspace
builder.prefix_edits.OF_INSTALL: --no-cache = False -n = False --no-progress = False -q = False --quiet =
    False -v = False --verbose = False --link-mode = True --cache-dir = True
builder.prefix_edits._FORBIDDEN: --prefix --target -t --python -p --user --dry-run --root
choices._TABLE: python final-base start-scripts uv-elsewhere start-runner stop-signal dev-group bytecode
    project-install project-files layers system-install dependency-layer dockerignore node-modules
    build-packages package-NAME other-environments trim user extra-packages extra-paths
copies.behind.base_tools._BESIDE: setuptools wheel
copies.behind.project_files._NAMES: .python-version pyproject.toml uv.lock uv.toml
copies.behind.project_files._REBUILDS: mesonpy scikit_build_core
copies.by_text.checks._IN_PROJECT: '' add build cache cache␣clean cache␣prune export help init lock
    pip␣check pip␣compile pip␣freeze pip␣list pip␣show pip␣uninstall python␣find python␣list remove self
    self␣update sync tree venv version
copies.by_text.checks._ELSEWHERE: cache pip␣install pip␣sync python␣install sync tool␣install venv
copies.by_text.checks._MAKERS: install mkdir touch
copies.by_text.checks._NODE: bun bunx npm npx pnpm yarn
copies.by_text.checks._IN_FOLDER: --cwd --dir --prefix -C
copies.by_text.checks._FETCHERS: curl wget
copies.by_text.checks._WRITERS: curl git install mkdir touch wget
copies.by_text.checks._REMOVERS: find rm rmdir unlink
copies.by_text.checks._DJANGO: check collectstatic compilemessages compress createcachetable makemigrations
    migrate
copies.by_text.chown._GROUP: useradd = --gid -g adduser = --gid --ingroup -G
copies.by_text.chown._THERE: / /home /opt /srv /usr/local /usr/src /var /var/lib
copies.by_text.made._WHOLE: curl git wget
copies.by_text.own_copies._STAYS_OUT: pip␣check pip␣install pip␣list pip␣sync python␣find python␣install
    sync tool␣install venv
copies.by_text.own_copies._TIDY: '' cache cache␣clean cache␣prune help self self␣update version
copies.by_text.own_copies._ELSEWHERE: --directory --prefix --project --root --target -t
copies.by_text.own_copies._PLAIN: uv_build hatchling. flit_core. poetry.core. pdm.backend setuptools.
    poetry_dynamic_versioning
copies.by_text.own_copies._WRITING: ( hatch build hooks ) ( hatch build targets wheel hooks ) ( pdm version
    write_to ) ( pdm build run-setuptools ) ( poetry build ) ( poetry-dynamic-versioning ) ( setuptools_scm
    write_to ) ( setuptools_scm version_file ) ( setuptools-scm version_file )
copies.by_text.owners._BITS: r = 4 w = 2 x = 1 X = 1
copies.by_text.owners._SHIFTS: u = 6 g = 3 o = 0
copies.copier.ACCOUNTS: /etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/subuid /etc/subgid
copies.origins._OWNS: : chgrp chown mkdir true
copies.ownership._ROOT: 0 0
elsewhere.code.code_values._SAME: Path PosixPath PurePath cleandoc dedent fspath str which
elsewhere.code.code_values._OF_ITSELF: absolute as_posix format resolve strip
elsewhere.code.code_values._DEFAULTS: get getenv
elsewhere.code.only_written._WRITERS: JSONResponse debug dump dumps echo info jsonify pformat pprint print
    print_json safe_dump secho write write_text writelines
elsewhere.code.only_written._ASKS: bool isinstance keys len repr set sorted
elsewhere.code.only_written._SAME: copy deepcopy dict get items list pop values
elsewhere.code.only_written._CHANGES: append extend insert pop setdefault update
elsewhere.code.only_written._ROUTES: api_route get post prompt put resource route
elsewhere.code.own_code._STARTS: Popen call check_call check_output create_subprocess_exec
    create_subprocess_shell getoutput getstatusoutput open_process popen run run_process startfile
    subprocess_exec subprocess_shell system
elsewhere.code.own_code._SUBCOMMANDS: add auth build cache export format help init lock pip publish python
    remove run self sync tool tree venv version
elsewhere.code.own_code._PROGRAMS: local plumbum sh
elsewhere.container_calls._ENGINES: docker nerdctl podman
elsewhere.container_calls._COMPOSERS: docker-compose podman-compose
elsewhere.container_calls._CLUSTERS: k3s kubectl microk8s.kubectl oc
elsewhere.container_calls._FLAGS: --all-resources --build --compatibility --debug --detach
    --disable-content-trust --dry-run --help --init --interactive --no-TTY --no-ansi --no-deps
    --no-healthcheck --oom-kill-disable --privileged --publish-all --quiet --quiet-build --quiet-pull
    --read-only --remove-orphans --replace --rm --rmi --service-ports --sig-proxy --skip-hostname-check
    --stdin --tls --tls-verify --tlsverify --tty --use-aliases --verbose
elsewhere.container_calls._SHORT_FLAGS: run = ditPTqD exec = ditT global = D
elsewhere.container_calls._RUNS: create run
elsewhere.container_calls._WRAPPERS: command do env exec nohup sudo then time winpty
elsewhere.context_texts._SKIPPED: .cache .git .hg .mypy_cache .nox .pytest_cache .ruff_cache .terraform .tox
    .venv __pycache__ node_modules site-packages venv
elsewhere.context_texts._KINDS: ( compose <pattern> ) ( devcontainer <pattern> ) ( yaml <pattern> ) ( python
    <pattern> ) ( procfile <pattern> ) ( platform <pattern> ) ( unit <pattern> ) ( lines <pattern> )
elsewhere.context_texts._SCRIPTS: bin ci dev hack script scripts tools
elsewhere.context_texts._ABOVE: .devcontainer .github charts deploy helm k8s kubernetes manifests
elsewhere.mounts._HEEDED: UV_DEFAULT_INDEX UV_DEV UV_ENV_FILE UV_EXCLUDE_NEWER UV_EXTRA_INDEX_URL
    UV_FIND_LINKS UV_INDEX UV_INDEX_URL UV_ISOLATED UV_NO_DEFAULT_GROUPS UV_NO_DEV UV_NO_EDITABLE
    UV_NO_GROUP UV_NO_PROJECT UV_PRERELEASE UV_PROJECT UV_PROJECT_ENVIRONMENT UV_PYTHON UV_REINSTALL
    UV_RESOLUTION UV_UPGRADE UV_WITH UV_WORKING_DIR UV_WORKING_DIRECTORY
elsewhere.own_images._FLAGS: --check --compress --debug --force-rm --layers --load --no-cache --no-rm --pull
    --push --quiet --rm --squash -D -q
elsewhere.readers.ci_files._OWN: $CI_REGISTRY_IMAGE ${CI_REGISTRY_IMAGE} github.repository GITHUB_REPOSITORY
elsewhere.readers.ci_files._JOB_TEXTS: after_script bash before_script commands run script
elsewhere.readers.ci_files._PLATFORM_KEYS: dockerCommand run_command startCommand
elsewhere.readers.ci_files._WORDS: entrypoint command cmd args
elsewhere.readers.devcontainer._COMMANDS: onCreateCommand updateContentCommand postCreateCommand
    postStartCommand postAttachCommand
elsewhere.readers.kubernetes._LISTS: containers initContainers ephemeralContainers
elsewhere.readers.kubernetes._COMMANDS: command args script source
elsewhere.readers.kubernetes._PROBES: livenessProbe readinessProbe startupProbe
elsewhere.reading._TOOLS: dodo.py fabfile.py noxfile.py setup.py
elsewhere.reading._BESIDE: benchmarks ci dev doc docs examples hack script scripts tools utils
elsewhere.reading._DUTIES: starts = start looks = asked writes = written
elsewhere.yaml_places._ESCAPES: n = '\n' t = '\t' \ = \ " = " / = / ␣ = ␣
environment.fit._NAMES: gnu = glibc musl = musl
environment.interpreter_by_text._MAKES: add pip␣install python␣install python␣pin run sync tool␣install venv
environment.synced._MACHINES: amd64 = x86_64 arm64 = aarch64 386 = i686 ppc64le = ppc64le s390x = s390x
environment.synced._KEYS: pyproject.toml setup.py setup.cfg src
environment.which._PREFIXES: '' /usr /usr/local
environment.which._TOOLS: pip setuptools uv wheel
estimate._LEFT_BEHIND: uv uv-cache
evidence.commands.command_effects._SILENT: /dev/null /dev/stderr /dev/stdout /dev/tty
evidence.commands.command_effects._VALUES: mkdir = --mode -m touch = --date --reference -d -r -t truncate =
    --size -r -s install = --group --mode --owner -S -g -m -o mknod = -m mkfifo = -m sed = --expression
    --file -e -f
evidence.commands.command_effects._MADE: fallocate mkdir mkfifo mknod tee touch truncate
evidence.commands.command_effects._OWNERSHIP: chgrp chmod chown setcap setfacl
evidence.commands.command_effects._COPIES: cp install ln mv rsync
evidence.commands.command_effects._GONE: rm rmdir unlink
evidence.commands.command_effects.TALKERS: awk cat cut echo head printf sed sort tail tee tr uniq
evidence.commands.command_effects.QUERIES: : [ [[ apt-cache arch basename date dirname dpkg-query egrep exit
    false getent grep id ldd local ls lsb_release nproc pwd read return sleep stat test true tty type uname
    wc which whoami
evidence.commands.command_effects.STATE: cd declare export readonly set shopt trap umask unset
evidence.commands.command_effects.INSTALLERS: pip pip3 pipx uv uvx
evidence.commands.command_effects._QUIET: : [ [[ apt-cache apt-mark arch awk basename cat cd command cut
    date declare dirname dpkg dpkg-query echo egrep env exit export expr false file find getent grep hash
    head id ldd local ls lsb_release md5sum nproc printf pwd read readlink readonly realpath return seq set
    sha256sum sha512sum shopt sleep sort stat sync tail test tr trap true tty type umask uname uniq unset wc
    which whoami
evidence.commands.command_effects.GIT_ASKS: describe diff log ls-files rev-list rev-parse show status
evidence.commands.command_effects._UV_ZONES: /root /home /usr/local /opt /tmp
evidence.commands.command_effects._CRONTABS: /var/spool/cron/crontabs /var/spool/cron/crontabs/*
    /etc/crontabs/*
evidence.commands.command_kinds.REPEATED: os-packages sources system user
evidence.commands.command_kinds.SIDE: nothing state
evidence.commands.command_kinds._WRITERS: chgrp chmod chown cp install ln mkdir mv rm sed touch
evidence.commands.command_kinds._ASKS: --help --version -V -v
evidence.commands.command_kinds._AS_OTHERS: gosu su-exec
evidence.commands.command_kinds._FETCHERS: bash curl gpg gpg2 gpgv sh wget
evidence.commands.command_kinds._TOOLS: ( apk apt apt-get apt-mark aptitude debconf-set-selections
    os-packages ) ( add-apt-repository apt-add-repository apt-key sources ) ( addgroup adduser chpasswd
    groupadd groupmod useradd usermod user ) ( a2enmod a2ensite dpkg-reconfigure fc-cache ldconfig
    locale-gen localedef update-alternatives update-ca-certificates update-locale update-mime-database
    system ) ( cd declare export readonly set shopt trap umask unset state ) ( pip pip3 pipx uv uvx uv )
evidence.commands.command_kinds._SILENT: /dev/null /dev/stderr /dev/stdout
evidence.commands.list_files._ALL: . cat head nl paste sort source tac tail uniq
evidence.commands.list_files._BEHIND_ONE: awk egrep fgrep gawk grep jq mawk sed yq
evidence.commands.list_files._VALUES: -A -B -C -F -c -d -e -f -k -m -n -t -v
evidence.commands.list_files._BARE: -c -n -v
evidence.commands.runs._SETS: declare export mapfile read readarray
evidence.commands.runs._OWN: files other uv
evidence.files.image_files._CODE: .py .pyc
evidence.files.project_readers._TEXTS: .py .sh .bash .toml .yml .yaml .ini .cfg .conf .json
evidence.files.project_readers._PROGRAMS: .py .sh .bash
evidence.files.project_readers._BUILD_ONLY: basedpyright check-manifest cibuildwheel creosote cruft deptry
    django-stubs flit git-cliff hatch-vcs importlinter maturin pydoclint pydocstyle pylsp-mypy pyright
    setuptools setuptools-git-versioning setuptools-scm setuptools_scm tomlsort typos uv
    uv-dynamic-versioning versioneer versioningit vulture
evidence.files.project_readers._PROGRAMS_OF: taskipy = task poe = poe poetry = poetry pdm = pdm hatch =
    hatch rye = rye pytest = pytest coverage = coverage ruff = ruff black = black isort = isort mypy = mypy
    pylint = pylint flake8 = flake8 bandit = bandit ty = ty pyrefly = pyrefly tox = tox nox = nox commitizen
    = cz towncrier = towncrier semantic_release = semantic-release bumpversion = bump-my-version bumpver =
    bumpver codespell = codespell djlint = djlint interrogate = interrogate yapf = yapf autopep8 = autopep8
    sqlfluff = sqlfluff mutmut = mutmut refurb = refurb docformatter = docformatter pyupgrade = pyupgrade
    pip-tools = pip-compile
evidence.files.project_readers._NEEDS_PROJECT: hatch pdm pipenv poetry rye
evidence.files.written_files._ESCAPES: n = '\n' t = '\t' \ = \ r = '\r' " = " ' = '
evidence.files.written_files._WRITERS: cp curl gcc git go install ln mv tar tee unzip wget
evidence.system.beyond_base.DATA: /etc/ssl/certs/ca-certificates.crt /usr/share/zoneinfo /etc/nsswitch.conf
    /etc/services /etc/protocols /etc/mime.types /usr/lib/locale/locale-archive
    /usr/lib/x86_64-linux-gnu/gconv /usr/lib/aarch64-linux-gnu/gconv
evidence.system.beyond_base._OPENSSL: /usr/lib/ssl /etc/ssl/openssl.cnf
evidence.system.mentions._CALLS: subprocess Popen os.system which( os.exec spawn
evidence.system.mentions._LOADS: ctypes dlopen cdll find_library
evidence.system.mentions._PASSES_ON: chroot command dumb-init find flock gosu hash ionice parallel runuser
    setpriv setsid stdbuf su su-exec timeout tini type watch which
evidence.system.os_needs._INSTALLED: 1 0
evidence.system.os_needs._TEXTS: .py .sh .bash .toml .yml .yaml .ini .cfg .conf .json
evidence.system.os_packages_seen._LINKED: /etc/alternatives/ /etc/rc0.d/ /etc/rc1.d/ /etc/rc2.d/ /etc/rc3.d/
    /etc/rc4.d/ /etc/rc5.d/ /etc/rc6.d/ /etc/rcS.d/
evidence.system.os_packages_seen._BINS: /bin/ /sbin/ /games/ /usr/bin/ /usr/sbin/ /usr/games/
evidence.system.package_books._SCRIPTS: preinst postinst config triggers conffiles
evidence.system.text_kinds._SETTINGS: .toml .yml .yaml .ini .cfg .conf .json
evidence.system.text_kinds._CARRIED_FOLDERS: .buildkite .circleci .devcontainer .idea .vscode .woodpecker
    ansible charts ci doc docs documentation examples helm k8s kubernetes licenses man node_modules
    terraform test testing tests
evidence.system.text_kinds._TASK_RUNNERS: gmake inv invoke just make nox npm pnpm poe task tox yarn
evidence.system.uses.MODULES: ensurepip idlelib lib2to3 pip pkg_resources setuptools test tkinter turtle
    turtledemo venv wheel
evidence.system.uses._INSTALLED: 1 0
evidence.system.uses._NO_APP: conftest.py setup.py
evidence.system.uses._PROGRAMS: idle = idlelib idle3 = idlelib pip = pip pip3 = pip wheel = wheel
evidence.system.uses._SITES: /site-packages/ /dist-packages/
improve.build_packages.FINDINGS: dev-packages-in-image build-tools-in-image
improve.build_packages._MAY_COMPILE: other uv
improve.copied_environments._RELEASES: buster bullseye bookworm trixie forky
improve.copied_environments._WITHOUT_PYTHON: almalinux alpine amazonlinux buildpack-deps busybox debian
    fedora nginx node redhat/ubi9 redhat/ubi9-minimal rockylinux scratch ubuntu
improve.new_owners._STATE: ENV ARG SHELL USER
improve.owners._CHANGES: chgrp chmod setfacl
improve.told._RULES: console-scripts-dead = R7 interpreter-dangling = R1 editable-source-missing = R12
    rewritten-later = R29 deleted-later = R43 build-tools-in-image = R33 dev-packages-in-image = R33
    apt-lists-in-image = R33 second-environment = R9 host-environment-copied = R40 git-folder-in-image = R40
    secrets-in-image = R39 uv-in-image = R45 uv-cache-in-image = R45 dev-group-in-image = R14
improve.twice._HARMLESS: ARG CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL STOPSIGNAL USER WORKDIR
improve.twice._SHELLS: /bin/sh /usr/bin/sh
improve.twice._LINKERS: /bin/ln /usr/bin/ln
improve.work.ROOT: '' 0 0:0 root root:root
improve.work.COMMON: /bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp
    /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/lib /usr/share /usr/src /var /var/cache
    /var/lib /var/log /var/spool /var/tmp
ladder._OWN_BASES: base same slim
packages.asset_builders.NODE: corepack node nodejs npm npx pnpm yarn
packages.asset_builders.NODE_PACKAGES: nodejs nodejs-current npm pnpm yarn yarnpkg
packages.fetchers.FETCHERS: curl wget
packages.fetchers.KEYS: gnupg = gpg gnupg2 = gpg
packages.gone._HELPERS: ( /usr/lib/systemd/system /var/lib/systemd/deb-systemd-helper-enabled ) (
    /usr/lib/systemd/user /var/lib/systemd/deb-systemd-user-helper-enabled )
packages.gone._UNITS: .service .socket .timer .path .target
prediction._OF_THE_BASE: app os-packages other
rules.rules.RULES: R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R12 R13 R14 R15 R16 R17 R18 R19 R20 R21 R22 R23 R24 R25
    R26 R27 R28 R29 R30 R32 R33 R34 R35 R36 R37 R39 R40 R41 R42 R43 R44 R45 R46 R48 R49 R50 R51 R52 R53 R54
    R55 R56 R57 R58 R59 R60 R61 R62 R63 R64
single.bringing._PIPS: pip pip3 pipx
single.bringing._MOVES: chmod chown cp install ln mv rm test which
single.bringing._FETCHES: bash curl env sh tar wget
single.calling._RUNNERS: hatch inv invoke just make nox poe pre-commit task tox
single.calling._STANDARD: /bin/ /usr/bin/ /usr/local/bin/
single.calling._NO_CACHE: '' help python␣find python␣list python␣pin self venv version
single.fallback._NO_MATTER: R1 R10 R12 R17 R2 R27 R28 R29 R3 R32 R33 R34 R35 R36 R4 R41 R43 R44 R45 R5 R6 R7
    R8 R9
single.fallback._BROKEN: R1 R10 R3 R45 R8 R9
single.installer_path._UVS: env env.fish uv uvw uvx
stages.bare_base._LIBC: gnu = glibc musl = musl
stages.bare_base._RELEASES: bookworm = 12 trixie = 13
stages.base_difference._OF_SYSTEM: base-os os-packages python
stages.inherited._PYTHON_ENV: PATH GPG_KEY PYTHON_VERSION PYTHON_SHA256 LANG PYTHON_PIP_VERSION
stages.last_variables._STARTED: pip pipx pipenv poetry pdm
stages.lean._CACHES: /root/.cache/uv /root/.cache
stages.targets._DESCRIBES: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER STOPSIGNAL USER
stages.targets._BUILDERS: base build build-env build-stage builder dependencies deps uv
stages.without_shell._SHELLS: ash bash dash sh
start.crontab._INSTALLERS: cp crontab install mv
start.outside_environment._SEARCHED: PATH PYTHONPATH BASH_ENV ENV PYTHONHOME
start.script_choice.KEPT: ( UV_NO_SYNC 1 ) ( UV_NO_CACHE 1 ) ( UV_OFFLINE 1 ) ( UV_PYTHON_DOWNLOADS never )
start.script_choice.FREE: ( UV_NO_SYNC 0 ) ( UV_OFFLINE 0 )
start.script_finder._PATH: /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin
start.script_finder._CODE: .py .js .ts .rb .pl .php
start.script_texts._WHY: stage = … run = … context = … heredoc = …
start.script_texts._SYSTEM: /bin/ /sbin/ /usr/ /lib/ /lib64/ /etc/ /opt/ /root/ /snap/
start.shell_edit.WRAPPERS: catatonit chpst command dumb-init env exec gosu ionice nice nohup setpriv setsid
    stdbuf su-exec time timeout tini xvfb-run
start.shell_edit._RESETTING: chroot doas docker env kubectl podman ssh su sudo
start.shell_edit.TALKING: : echo log logger printf
start.shell_edit._OPERANDS: gosu = 1 su-exec = 1 timeout = 1 chpst = 0
start.shell_edit._VALUED: --adjustment --kill-after --signal -C -c -g -k -n -p -s -u
start.shell_edit._OF_TINI: -e -p
start.signals._SERVERS: arq celery daphne dramatiq fastapi granian gunicorn hypercorn streamlit uvicorn
    waitress-serve
start.signals._INITS: catatonit dumb-init s6-svscan tini
start.task_files._TASK_FILES: make = Makefile makefile GNUmakefile gmake = GNUmakefile Makefile makefile
    just = justfile Justfile .justfile task = Taskfile.yml Taskfile.yaml npm = package.json yarn =
    package.json pnpm = package.json honcho = Procfile foreman = Procfile hivemind = Procfile overmind =
    Procfile poe = pyproject.toml poe_tasks.toml invoke = tasks.py inv = tasks.py nox = noxfile.py tox =
    tox.ini pyproject.toml supervisord = /etc/supervisord.conf /etc/supervisor/supervisord.conf cron =
    /etc/crontab crond = /etc/crontab /etc/crontabs/root
start.task_files._FOLDERS: supervisord = /etc/supervisor/ /etc/supervisord.d/ cron = /etc/cron.d/
    /var/spool/cron/ crond = /etc/cron.d/ /var/spool/cron/ /etc/crontabs/
start.task_files._SETTINGS: .conf .ini .toml .yml .yaml .cfg .json
start.task_lines._KINDS: ( <pattern> <pattern> ( honcho foreman ) ) ( <pattern> <pattern> ( make gmake ) ) (
    <pattern> <pattern> ( just ) ) ( <pattern> <pattern> ( supervisord ) )
start.uv_run._ASKS: pip = check freeze list show tree python = dir find list
start.uv_run._OTHER_RUNNERS: poetry = run pdm = run pipenv = run hatch = run rye = run
start.uv_run.WITH_UV: R18 R23 R25 R58
start.uv_run._VARIABLES: UV_ENV_FILE = … UV_ISOLATED = … UV_NO_PROJECT = …
text.build_stage._WHY: UV_PYTHON_DOWNLOADS = … UV_PYTHON_INSTALL_DIR = … UV_PYTHON_PREFERENCE = ''
text.build_stage._PROGRAMS: PYTHONFAULTHANDLER PYTHONUNBUFFERED
text.in_place._STARTS: ENTRYPOINT CMD HEALTHCHECK
text.installing._INSTALLS: --version cache export lock pip python sync venv
text.last_stage._AHEAD: before = WORKDIR as-user = USER WORKDIR after =
text.last_stage._STARTS: CMD ENTRYPOINT HEALTHCHECK
text.last_stage._WHY: start-scripts = … uv-elsewhere = … free = …
text.made_folders._OPTIONS: mkdir = --parents -p -pv -v -vp chown = --recursive -R -Rv -v chgrp =
    --recursive -R -Rv -v chmod = --recursive -R -Rv -v
text.own_base._SAME: ARG ENV LABEL RUN SHELL WORKDIR
text.parts.BUILDS: ADD COPY RUN
text.repeated_run._MAKERS: addgroup adduser groupadd useradd
text.runner.MOVED: CMD ENTRYPOINT EXPOSE HEALTHCHECK LABEL MAINTAINER STOPSIGNAL VOLUME
text.runner._ONCE: CMD ENTRYPOINT HEALTHCHECK STOPSIGNAL USER WORKDIR
text.runner.STATE: ARG ENV SHELL
text.runner.STARTED: start-uv-run start-runner start-folder
trim.found._PROGRAMS: idle pip
trim.parts.PARTS: python-tests idle tkinter ensurepip pip headers bytecode stubs tests catalogs debug
trim.parts._TESTED: ctypes/test distutils/tests lib2to3/tests sqlite3/test tkinter/test unittest/test
trim.parts._TEST_MODULES: _test*.so _ctypes_test*.so _xxtestfuzz*.so xxlimited*.so xxsubtype*.so
user.choose._FOLDERS: /usr/sbin /usr/bin /sbin /bin
user.choose._NAMES: app appuser uvdive-app
user.choose._ROOT: 0 0:0 0:root root root:0 root:root
user.folders._SYSTEM: /bin /boot /etc /lib /lib32 /lib64 /libx32 /sbin /usr
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("rewrite"), TABLES) == []
