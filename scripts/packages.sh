# shellcheck shell=bash
# Every Debian package that Dailies needs, by what needs it. Sourced, never run.

# Debian 13 gave the libraries whose times grew to 64 bits other names.
# shellcheck disable=SC1091
release=$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown} ${VERSION_ID:-of no version}") || release='unknown'
case $release in
    'debian 12') libcurl=libcurl4 libfcgi=libfcgi0ldbl libssl=libssl3 postgresql=postgresql-15 ;;
    'debian 13') libcurl=libcurl4t64 libfcgi=libfcgi0t64 libssl=libssl3t64 postgresql=postgresql-17 ;;
    *) libcurl='' libfcgi='' libssl='' postgresql='' ;;
esac

# Serving: what an operator's machine must have.
# shellcheck disable=SC2034
packages_runtime=(
    ca-certificates
    ffmpeg
    fonts-inter
    "$libcurl"
    "$libfcgi"
    libjemalloc2
    libnginx-mod-nchan
    libpq5
    "$libssl"
    libsystemd0
    nginx
    openssl
    "$postgresql"
    procps
)

# Building: headers of the C libraries, what the Swift toolchain itself loads, and the bundler of the pages' scripts and
# style sheets with the library of charts. Swift is expected on PATH.
# shellcheck disable=SC2034
packages_build=(
    binutils
    esbuild
    gcc
    g++
    git
    libc6-dev
    libcurl4-openssl-dev
    libfcgi-dev
    libjemalloc-dev
    libjs-chart.js
    libncurses6
    libpq-dev
    libsqlite3-0
    libssl-dev
    libsystemd-dev
    libuuid1
    libxml2
    pkg-config
    zlib1g
)

# Testing.
# shellcheck disable=SC2034
packages_test=(
    chromium-headless-shell
    chrpath
    curl
    debhelper
    haproxy
    iproute2
    libimage-exiftool-perl
    man-db
    mandoc
    node-typescript
    patroni
    pgbouncer
    po-debconf
    prometheus
    python3
    python3-venv
    shellcheck
    systemd
    valgrind
    wrk
    zsh
)

# Several machines in network namespaces: ./bench cluster, besides the lists before.
# shellcheck disable=SC2034
packages_cluster=(
    etcd-server
    nftables
    python3-etcd
    redis-server
)

# The services that these packages bring, which would answer on the machine's own ports after its next start.
# shellcheck disable=SC2034
services_brought=(nginx postgresql pgbouncer prometheus etcd haproxy patroni redis-server)
