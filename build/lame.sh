#!/bin/sh
# lame.sh amd64|arm64 TARGET: brings libmp3lame.so.0 of LAME 3.100 to TARGET, without root and without installing anything.
#
# It comes from the machine's own apt sources. Debian 12's build is pinned by its hash; another distribution has a build of its own, for which
# apt's check of signatures counts. Another architecture comes from the same sources; on Ubuntu from its public mirror.
set -eu

architecture=$1
target=$2
version=3.100-6
case $architecture in
    amd64) sha256=b1292c749172e7623547ecf684da57d3ec6ca22109f08b11bbb9e6be6e6beb95 ;;
    arm64) sha256=4259ab5810ec52b03344e8c8fbcad330561ad6758f35f07233af3224d2824547 ;;
    *) echo "lame.sh: no LAME for '$architecture'" && exit 2 ;;
esac

mkdir -p "$(dirname "$target")"
work=$(cd "$(mktemp -d "$target.XXXXXX")" && pwd)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"

# Everything apt writes stays in the work folder; Sandbox::User keeps it from changing to a user who may not write there.
apt() {
    program=$1
    shift
    "$program" -q -o Dir::State="$work/state" -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" -o APT::Sandbox::User= \
        -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 "$@" >>"$work/log" 2>&1
}

# Ubuntu keeps amd64 on its archive and the other architectures on its ports: for a foreign one the machine's own sources do not do.
foreign() {
    . /etc/os-release
    [ "$ID" = ubuntu ] && [ "$architecture" != "$(dpkg --print-architecture)" ] || return 0
    [ "$architecture" = amd64 ] && mirror=http://archive.ubuntu.com/ubuntu || mirror=http://ports.ubuntu.com/ubuntu-ports
    echo "deb [signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] $mirror $VERSION_CODENAME main universe" >"$work/sources.list"
    echo "-o Dir::Etc::SourceList=$work/sources.list -o Dir::Etc::SourceParts=/dev/null"
}

fetch() {
    cd "$work"
    options="-o APT::Architecture=$architecture -o APT::Architectures=$architecture $(foreign)"
    # A third-party source that fails does not matter: the download decides.
    apt apt-get $options update || true
    apt apt-get $options download libmp3lame0 || return 1
    if [ -e "libmp3lame0_${version}_$architecture.deb" ]; then
        echo "$sha256  libmp3lame0_${version}_$architecture.deb" | sha256sum -c - >>"$work/log" 2>&1 || return 1
    fi
    mv libmp3lame0_3.100-*.deb lame.deb
}

if ! (fetch); then
    cat "$work/log"
    exit 1
fi

dpkg-deb -x "$work/lame.deb" "$work/root"
# Two builds may be here at once: a rename shows each of them a whole file or none.
mv -f "$work"/root/usr/lib/*/libmp3lame.so.0.*.* "$target"
