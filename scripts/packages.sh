# shellcheck shell=bash
# Every Debian 12 package that Dailies needs, by what needs it. Sourced, never run.

# Serving: what an operator's machine must have.
# shellcheck disable=SC2034
packages_runtime=(
    ca-certificates
    ffmpeg
    fonts-inter
    libcurl4
    libfcgi0ldbl
    libjemalloc2
    libnginx-mod-nchan
    libpq5
    libssl3
    libsystemd0
    nginx
    openssl
    postgresql-15
    procps
)

# Building: headers of the C libraries. Swift itself is expected on PATH.
# shellcheck disable=SC2034
packages_build=(
    binutils
    gcc
    g++
    libc6-dev
    libcurl4-openssl-dev
    libfcgi-dev
    libjemalloc-dev
    libpq-dev
    libssl-dev
    libsystemd-dev
    pkg-config
)

# Testing.
# shellcheck disable=SC2034
packages_test=(
    chromium
    curl
    git
    node-typescript
    pgbouncer
    python3
    python3-venv
    shellcheck
    systemd
    wrk
)
