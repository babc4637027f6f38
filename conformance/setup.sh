# What conformance/run and conformance/test share: the packages of a bare Debian machine, and the build.
# Sourced, not run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

# install PACKAGE…: what is missing, with apt-get, as root or through sudo.
install() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    echo "installing:$missing"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# build FOLDER OPTION…: configures and builds; says nothing unless it fails.
build() {
    folder=$1
    shift
    mkdir -p "$root/$folder"
    log="$root/$folder/build.log"
    if ! { cmake -S "$root" -B "$root/$folder" -G Ninja "$@" && cmake --build "$root/$folder"; } >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "the build in $folder failed; the whole log is $log"
        return 1
    fi
}
