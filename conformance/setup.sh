# What conformance/run and conformance/test share. Sourced, not run.
set -eu
root=$(cd "$(dirname "$0")/${top:-..}" && pwd) # top: from the script to the root, if it is not one folder up

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
