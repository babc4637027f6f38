# What conformance/run, conformance/test and conformance/ctest/all share. Sourced, not run.
set -eu
root=$(cd "$(dirname "$0")/${top:-..}" && pwd) # top: from the script to the root, if it is not one folder up

# help LINE…: prints the lines and ends with exit code 0. wrong_use LINE: the same on standard error, with 2.
help() {
    printf '%s\n' "$@"
    exit 0
}
wrong_use() {
    echo "$1" >&2
    exit 2
}

# build PRESET OPTION…: configures and builds; says nothing unless it fails.
build() {
    preset=$1
    shift
    folder=$root/build-$preset
    [ "$preset" != default ] || folder=$root/build
    mkdir -p "$folder"
    if ! (cd "$root" && cmake --preset "$preset" "$@" && cmake --build --preset "$preset") >"$folder/build.log" 2>&1; then
        tail -n 60 "$folder/build.log"
        echo "the build in $folder failed; the whole log is $folder/build.log"
        return 1
    fi
}
