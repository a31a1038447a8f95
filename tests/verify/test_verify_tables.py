"""Every entry of every table of ``uvdive/verify``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""
capabilities.NAMES: chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap
    linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio
    sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod
    lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read
    perfmon bpf checkpoint_restore
checks.ENGINES: docker podman
config._ROOT: 0 0:0 None root root:root
files.accounts.FIELDS: /etc/passwd = password number group comment home shell
    /etc/group = password number members
    /etc/shadow = password last␣change least␣age greatest␣age warning inactivity expiry reserved␣field
    /etc/gshadow = password administrators members
    /etc/subuid = first␣number count /etc/subgid = first␣number count
files.accounts._ALIKE: password = <_same_password> number = <_same_number> group = <_same_number>
    members = <_same_set> administrators = <_same_set> last␣change = <_same_day>
files.accounts._BCRYPT: 2a 2b 2x 2y
files.accounts._IDS: number group
files.accounts._LISTS: members administrators
files.again._MERGED: /bin/ /sbin/ /lib/ /lib64/
files.expected._NOTES: uv_cache.json uv_build.json
files.explained.SYSTEM: base-os os-packages python
files.explained.ACCOUNT_BACKUPS: /etc/group- /etc/gshadow- /etc/passwd- /etc/shadow- /etc/subgid-
    /etc/subuid-
files.explained._BACKUPS: /var/lib/dpkg/status-old /var/lib/dpkg/diversions-old /var/cache/debconf/
files.explained._CONTENT: size␣ content
files.explained.TEMPORARY: /tmp/ /var/tmp/
files.explained.LOOKED_UP: /etc/group /etc/nsswitch.conf /etc/passwd /etc/protocols /etc/services
    /etc/ssl/certs/ca-certificates.crt /usr/lib/locale/locale-archive
files.managers.ACCOUNT_TOOLS: useradd adduser usermod groupadd addgroup groupmod groupmems gpasswd newusers
    chpasswd sysusers
files.managers.STATUS: /var/lib/dpkg/status /lib/apk/db/installed /usr/lib/apk/db/installed
    /var/lib/rpm/rpmdb.sqlite /var/lib/rpm/Packages.db /var/lib/rpm/Packages
    /usr/lib/sysimage/rpm/rpmdb.sqlite
files.packages._SCRIPTS: .preinst .postinst
files.new_base._CERTAIN: image dockerfile
python.interpreter.BUNDLED: pip setuptools wheel
repairs.LEFT: uv uv-cache
several.history._OF_PACKAGES: os-packages venv
spent.WAITING: build loading start
start.command.BUILT_IN: ( . : [ case cd command echo eval exec exit export false for if set source test trap
    true ulimit umask until wait while {
start.emulated._RUNS_TOO: amd64 = 386 arm64 = arm
start.inside_uv._UV: uv uvx
start.inside_uv._AROUND: ash bash busybox catatonit dash docker-init dumb-init gosu init setpriv sh su
    su-exec sudo tini
start.loads.module_places._SITES: site-packages dist-packages
start.loads.module_places._SUFFIXES: .py .so .pyc
start.needs._NAMING: <pattern> <pattern> <pattern> <pattern> <pattern>
start.needs._NO_VARIABLES: CRITICAL DEBUG ERROR FATAL GET HTTP INFO POST WARNING
start.running.WITHOUT_SYNC: ( UV_OFFLINE 1 ) ( UV_NO_SYNC 1 )
start.same.SHELLS: ash bash dash sh
start.same._FLAGS: --active --all-extras --all-groups --all-packages --compile-bytecode --dev --exact
    --frozen --gui-script --isolated --locked --managed-python --module --native-tls --no-build
    --no-build-isolation --no-cache --no-config --no-default-groups --no-dev --no-editable --no-env-file
    --no-index --no-managed-python --no-progress --no-project --no-python-downloads --no-sources --no-sync
    --offline --only-dev --quiet --refresh --reinstall --script --upgrade --verbose
start.service._IDLE: ash bash dash irb node sh uv
verdict.NAMES: uv = uv venv = the␣environment uv-cache = uv's␣cache caches = caches python = Python base-os
    = the␣base␣system os-packages = OS␣packages app = the␣app other = other␣files
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("verify"), TABLES) == []
