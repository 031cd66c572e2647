#!/bin/sh
# lame.sh amd64|arm64 TARGET: brings libmp3lame.so.0 of LAME 3.100 to TARGET, without root and without installing anything.
#
# Debian 12's build is pinned by its hash and serves every distribution: it needs libc and libm only, glibc 2.29 or later. Where
# Debian's archives cannot be reached, the machine's own apt sources are asked, and apt's check of their signatures counts.
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
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"

# Everything apt writes stays in the work folder; Sandbox::User keeps it from changing to a user who may not write there.
apt() {
    program=$1
    shift
    "$program" -q -o Dir::State="$work/state" -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" -o APT::Sandbox::User= \
        -o Acquire::Languages=none -o Acquire::Retries=0 -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 "$@" >>"$work/log" 2>&1
}

pinned() {
    file=pool/main/l/lame/libmp3lame0_${version}_$architecture.deb
    for archive in deb.debian.org/debian snapshot.debian.org/archive/debian/20240101T000000Z; do
        if apt /usr/lib/apt/apt-helper download-file "http://$archive/$file" "$work/lame.deb" "SHA256:$sha256"; then
            return 0
        fi
    done
    return 1
}

own_sources() {
    cd "$work"
    options="-o APT::Architecture=$architecture -o APT::Architectures=$architecture"
    # A third-party source that fails does not matter: the download decides.
    apt apt-get $options update || true
    apt apt-get $options download libmp3lame0 && mv libmp3lame0_3.100-*.deb lame.deb
}

if ! { pinned || (own_sources); }; then
    cat "$work/log"
    exit 1
fi

dpkg-deb -x "$work/lame.deb" "$work/root"
# Two builds may be here at once: a rename shows each of them a whole file or none.
mv -f "$work"/root/usr/lib/*/libmp3lame.so.0.*.* "$target"
