"""Every entry of every table of ``uvdive/distro``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""
kinds._TOOL_SECTIONS: debug devel golang haskell rust vcs
managers.PROGRAMS: apk apt apt-get apt-mark aptitude debconf-set-selections
managers.SOURCES: add-apt-repository apt-add-repository apt-key
managers.USERS: addgroup adduser chpasswd groupadd groupmod useradd usermod
managers.CONFIGURES: a2enmod a2ensite dpkg-reconfigure fc-cache ldconfig locale-gen localedef
    update-alternatives update-ca-certificates update-locale update-mime-database
managers.PACKAGE_FILES: .deb .apk .rpm
managers._INSTALL: apt-get = install apt = install aptitude = install apk = add
managers._WRITABLE: apk apt apt-get
managers._REMOVE: autopurge autoremove del purge remove
managers._REFRESH: autoclean cache clean dist-clean update
managers._APT_VALUES: --config-file --option --target-release -a -c -o -t
managers._APK_VALUES: --arch --keys-dir --repository --root --virtual -X -p -t
managers._USER_VALUES: --base-dir --comment --conf --expiredate --firstuid --gecos --gid --groups --home
    --home-dir --inactive --ingroup --key --lastuid --password --shell --skel --uid -G -K -b -c -d -e -f
    -g -h -k -p -s -u
managers._DPKG_ASKS: --print-architecture -L -S -l -s
needs._DLOPEN: cairocffi = libcairo2␣cairo cairosvg = libcairo2␣cairo django =
    libgdal*␣libgeos-c*␣libproj[0-9]*␣gdal␣geos␣proj␣libspatialite*␣libsqlite3-mod-spatialite discord-py =
    libopus0␣opus␣ffmpeg jax = libcudnn*␣libcublas* opencv-python = libgl1␣libgl1-mesa-glx␣libglib2.0-0*
    psycopg = libpq5␣libpq pycups = libcups2* pygobject = gir1.2-*␣libgirepository-* pyodbc =
    unixodbc␣libodbc*␣odbcinst*␣msodbcsql*␣tdsodbc␣freetds␣odbc-postgresql␣odbc-mariadb python-magic =
    libmagic1*␣libmagic-mgc␣file␣libmagic python-vlc = vlc*␣libvlc* pyusb = libusb-1.0-0␣libusb pyzbar =
    libzbar0*␣zbar sounddevice = libportaudio2␣portaudio soundfile = libsndfile1␣libsndfile wand =
    libmagickwand-*␣libmagickcore-*␣imagemagick* weasyprint =
    libpango*␣libharfbuzz*␣libgdk-pixbuf*␣libcairo2␣fonts-*␣font-*␣pango␣shared-mime-info
needs._PROGRAMS: camelot-py = ghostscript celery = procps django-tailwind = nodejs*␣npm dvc = git
    ffmpeg-python = ffmpeg gitpython = git␣git-lfs␣openssh-client graphviz = graphviz imgkit =
    wkhtmltopdf javascript = nodejs*␣npm jsii = nodejs* jupyterlab = nodejs*␣npm mcp = nodejs*␣npm
    moviepy = ffmpeg␣imagemagick* ocrmypdf = tesseract-ocr*␣ghostscript␣unpaper␣pngquant openai-whisper
    = ffmpeg pdf2image = poppler-utils pdfkit = wkhtmltopdf␣xvfb pre-commit = git pydot = graphviz pydub
    = ffmpeg␣libav-tools pyexecjs = nodejs* pypandoc = pandoc* pyppeteer = chromium* pyright =
    nodejs*␣npm pyspark = *-jre*␣*-jdk*␣openjdk* pytesseract = tesseract-ocr*␣tesseract* r5py =
    *-jre*␣*-jdk*␣openjdk* reflex = nodejs*␣npm␣unzip␣curl selenium = chromium*␣firefox*␣xvfb tika =
    *-jre*␣*-jdk*␣openjdk* yt-dlp = ffmpeg␣nodejs*
needs._LINKED: lxml = libxml2␣libxslt1.1 mysqlclient = libmariadb3 psycopg-c = libpq5 psycopg2 = libpq5
    pycairo = libcairo2 pyodbc = unixodbc
needs._RUNTIME_COMPILERS: cppyy numba pymc pytensor theano torch triton
needs.TOOLS: apt-transport-https bzip2 curl dirmngr git gnupg gnupg2 gpg lsb-release nodejs npm rsync
    software-properties-common unzip wget xz-utils zip
needs.OF_FULL_IMAGES: curl file git imagemagick mercurial openssh-client procps subversion unzip wget
    libmagic1 libpq5
needs._BRINGS: build-essential = '' gcc = '' g++ = '' make = '' cmake = '' ninja-build = '' pkg-config =
    '' pkgconf = '' cargo = '' rustc = '' autoconf = '' automake = '' libc6-dev = '' build-base = ''
    musl-dev = '' linux-headers = '' python3-dev = '' python-dev-is-python3 = ''
    default-libmysqlclient-dev = libmariadb3 libffi-dev = libffi8 libjpeg-dev = libjpeg62-turbo
    libjpeg62-turbo-dev = libjpeg62-turbo libmariadb-dev = libmariadb3 libpq-dev = libpq5 libssl-dev =
    libssl3 libxml2-dev = libxml2 libxslt1-dev = libxml2␣libxslt1.1 libyaml-dev = libyaml-0-2
    mariadb-connector-c-dev = mariadb-connector-c openssl-dev = libssl3 postgresql-dev = libpq zlib1g-dev
    = zlib1g
places.APK: /lib/apk/db /usr/lib/apk/db
places.RPM: /var/lib/rpm /usr/lib/sysimage/rpm /usr/share/rpm
places.PACKAGE_CACHES: /var/lib/apt/lists = apt␣lists /var/cache/apt = apt␣archives /var/cache/apk = apk
    /etc/apk/cache = apk /var/cache/dnf = dnf /var/cache/libdnf5 = dnf /var/cache/yum = yum /var/cache/zypp
    = zypper /var/cache/pacman/pkg = pacman
places.RECORDS: /var/lib/apt /var/lib/pam /var/lib/systemd /var/lib/dbus /var/lib/ucf /var/lib/dnf
    /var/lib/yum /var/lib/alternatives
places._SYSTEM_CACHES: /var/cache/debconf /var/cache/fontconfig /var/cache/ldconfig /var/cache/man
places._SYSTEM_LOGS: /var/log/apt /var/log/journal /var/log/alternatives.log /var/log/apk.log
    /var/log/bootstrap.log /var/log/btmp /var/log/dpkg.log /var/log/faillog /var/log/fontconfig.log
    /var/log/lastlog /var/log/wtmp
places._TEMPORARY: /tmp /var/tmp
places._KERNEL: /proc /sys /dev
pythons._OF_DEBIAN: bullseye = 3.9 11 = 3.9 bookworm = 3.11 12 = 3.11 trixie = 3.13 13 = 3.13
pythons._OF_UBUNTU: focal = 3.8 20.04 = 3.8 jammy = 3.10 22.04 = 3.10 noble = 3.12 24.04 = 3.12
pythons._OF_ALPINE: 3.18 = 3.11 3.19 = 3.11 3.20 = 3.12 3.21 = 3.12 3.22 = 3.12
pythons._RELEASES: debian = bullseye = 3.9 11 = 3.9 bookworm = 3.11 12 = 3.11 trixie = 3.13 13 = 3.13
    ubuntu = focal = 3.8 20.04 = 3.8 jammy = 3.10 22.04 = 3.10 noble = 3.12 24.04 = 3.12 alpine = 3.18 =
    3.11 3.19 = 3.11 3.20 = 3.12 3.21 = 3.12 3.22 = 3.12
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("distro"), TABLES) == []
