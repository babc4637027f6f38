# What the two scores share: faults that are planted one at a time in a copy of the tree. Sourced, not run.
. "$(dirname "$0")/../conformance/setup.sh"

# plant_all LIST TARGET CHECK: for each line of LIST (file | text in it, the first such place | what is planted in its
# place) builds TARGET of the copy in build-mutants and calls CHECK; its exit code 0 says that the fault was caught.
# Sets all and caught. With every=N in the environment, only each N-th line counts: a sample.
plant_all() {
    every=${every:-1}
    number=0
    copy="$root/build-mutants/source"
    log="$root/build-mutants/log"
    built="$root/build-mutants/build"
    rm -rf "$copy"
    mkdir -p "$copy"
    # as new files (m), so that nothing of a run that was cut off, with its fault in it, is taken for built
    (cd "$root" && tar cf - --exclude='./build*' --exclude=./.git .) | tar xmf - -C "$copy"
    cmake -S "$copy" -B "$built" -G Ninja -DHCS_TESTS=OFF >"$log" 2>&1
    cmake --build "$built" --target "$2" >>"$log" 2>&1
    all=0
    caught=0
    while IFS= read -r line; do
        case "$line" in "#"* | "") continue ;; esac
        number=$((number + 1))
        [ $((number % every)) = 0 ] || continue
        all=$((all + 1))
        file=${line%%|*}
        cp "$copy/$file" "$root/build-mutants/kept"
        LINE=$line perl -0pi -e '
            my ($file, $from, $to) = map { s/\\\|/|/gr } split /(?<!\\)\|/, $ENV{LINE}, -1;
            my $at = index $_, $from;
            die "no such text: $from\n" if $at < 0;
            substr($_, $at, length $from) = $to;' "$copy/$file"
        if ! cmake --build "$built" --target "$2" >>"$log" 2>&1; then
            echo "does not build: $line"
        elif "$3"; then
            caught=$((caught + 1))
        else
            echo "not caught: $line"
        fi
        cp "$root/build-mutants/kept" "$copy/$file"
    done <"$1"
}
