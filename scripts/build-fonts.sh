#!/usr/bin/env bash
# Makes web/fonts/*.woff2 anew from Debian's fonts-inter-variable: two families, weights 400 to 650, Latin and Latin
# Extended apart. What English needs is a third pair: most pages load nothing else, so its headings have one weight and
# it leaves out the alternates.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet install fonttools==4.68.0 brotli==1.2.1
(cd "$work" && apt-get --quiet download fonts-inter-variable && dpkg-deb --extract fonts-inter-variable_*.deb package)

basic='U+0020-007E,U+00A0,U+00B7,U+00D7,U+2009,U+2013-2014,U+2018-2019,U+201C-201D,U+2022,U+2026,U+202F,U+2190-2193,'
basic+='U+2212,U+2264-2265'
latin='U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,'
latin+='U+2122,U+2190-2193,U+2212,U+2215,U+221E,U+FEFF,U+FFFD'
extended='U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,'
extended+='U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF'

subset() { # source family weights weights-of-basic
    local font="$work/package/usr/share/fonts/truetype/inter-vf/$1.var.ttf"
    "$work/venv/bin/fonttools" varLib.instancer --quiet --output "$work/$2.ttf" "$font" "wght=$3"
    "$work/venv/bin/fonttools" varLib.instancer --quiet --output "$work/$2-basic.ttf" "$font" "wght=$4"
    "$work/venv/bin/pyftsubset" "$work/$2-basic.ttf" --unicodes="$basic" --flavor=woff2 \
        --layout-features=kern,ccmp,locl,mark,mkmk,tnum,case --output-file="$root/web/fonts/$2-basic.woff2"
    local name
    for name in latin latin-ext; do
        local range=$latin
        [[ $name == latin-ext ]] && range=$extended
        "$work/venv/bin/pyftsubset" "$work/$2.ttf" --unicodes="$range" --flavor=woff2 \
            --layout-features=kern,liga,calt,ccmp,locl,mark,mkmk,tnum,case --output-file="$root/web/fonts/$2-$name.woff2"
    done
}

subset Inter-roman inter 400:650 400:650
subset InterDisplay-roman inter-display 600:650 620
ls -l "$root"/web/fonts/*.woff2
