# What the two scores share: faults that are planted one at a time in a copy of the tree. Sourced, not run.
. "$(dirname "$0")/${top:-..}/conformance/setup.sh"

# plant LINE: plants the fault of one line in the copy. 1: its text is not there, 2: the copy does not build with it.
plant() {
    cp "$copy/${1%%|*}" "$kept"
    LINE=$1 perl -0pi -e '
        my ($file, $from, $to) = map { s/\\\|/|/gr } split /(?<!\\)\|/, $ENV{LINE}, -1;
        my $at = index $_, $from;
        die "no such text: $from\n" if $at < 0;
        substr($_, $at, length $from) = $to;' "$copy/${1%%|*}" 2>>"$log" || return 1
    # shellcheck disable=SC2086 # several targets
    cmake --build "$built" --target $target >>"$log" 2>&1 || return 2
}

pull_out() {
    cp "$kept" "$copy/${1%%|*}"
}

# One line of the list: sets caught, wrong; for the check, row: the id that the line begins with, or nothing.
try_line() {
    line=${1#harmless|}
    row=
    case "$line" in
    shared.*)
        row=${line%%|*}
        line=${line#*|}
        ;;
    esac
    planted=0
    plant "$line" || planted=$?
    case $planted in
    1) echo "no such text: $1" && wrong=$((wrong + 1)) ;;
    2) echo "does not build: $1" && wrong=$((wrong + 1)) ;;
    *)
        verdict=not
        ! "$check" || verdict=
        case "$1" in
        "harmless|"*)
            controls=$((controls + 1))
            [ "$verdict" ] || { echo "harmless, and yet caught: $line" && wrong=$((wrong + 1)); }
            ;;
        *)
            all=$((all + 1))
            if [ "$verdict" ]; then echo "not caught: $line"; else caught=$((caught + 1)); fi
            ;;
        esac
        ;;
    esac
    pull_out "$line"
}

# Makes the copy what the tree is. Files that are the same stay, so that the next score builds only what differs; one in
# which a run that was cut off has left its fault is new, and nothing of it is taken for built.
refresh_copy() {
    fresh="$root/build-mutants/fresh"
    rm -rf "$fresh"
    mkdir -p "$fresh" "$copy"
    (cd "$root" && tar cf - --exclude='./build*' --exclude=./.git .) | tar xf - -C "$fresh"
    # shellcheck disable=SC2016 # for the inner shell
    (cd "$fresh" && find . -type f -exec sh -c 'for file; do
        cmp -s "$file" "$0/$file" || { mkdir -p "$0/${file%/*}" && cp "$file" "$0/$file"; } || exit 1; done' "$copy" {} +)
    # shellcheck disable=SC2016
    (cd "$copy" && find . -type f -exec sh -c 'for file; do [ -e "$0/$file" ] || rm "$file"; done' "$fresh" {} +)
}

# plant_all LIST TARGET CHECK: for each line of LIST (file | text in it, the first such place | what is planted in its
# place) builds TARGET of the copy in build-mutants and calls CHECK; its exit code 0 says that the fault was caught.
# A line may begin with the id of a row and |: CHECK then finds that id in $row.
# The copy is built without warnings (-w, whatever CFLAGS says): a function that a fault leaves unused is no failed build;
# and without optimization, since building takes most of the time.
# A score is void, and the exit code 2, unless CHECK catches nothing in the sound tree, lines that begin with "harmless|"
# are not caught (LIST has at least one), and every line can be planted. Sets all and caught. With every=N in the
# environment, only each N-th fault counts, a sample; harmless lines are always tried.
plant_all() {
    every=${every:-1}
    target=$2
    check=$3
    number=0
    copy="$root/build-mutants/source"
    log="$root/build-mutants/log"
    built="$root/build-mutants/build"
    kept="$root/build-mutants/kept"
    refresh_copy
    cmake -S "$copy" -B "$built" -G Ninja -DHCS_TESTS=OFF -DHCS_CHECKS=ON -DCMAKE_C_FLAGS=-w -DCMAKE_BUILD_TYPE=None >"$log" 2>&1 &&
        { # shellcheck disable=SC2086 # several targets
            cmake --build "$built" --target $target >>"$log" 2>&1
        } ||
        { tail -n 30 "$log" && echo "the sound tree does not build: there is no score" && exit 2; }
    all=0
    caught=0
    controls=0
    wrong=0
    line=""
    row=""
    if "$check"; then
        tail -n 30 "$log"
        echo "a fault is found in the sound tree: there is no score" && exit 2
    fi
    while IFS= read -r entry; do
        case "$entry" in
        "#"* | "") continue ;;
        "harmless|"*) ;;
        *)
            number=$((number + 1))
            [ $((number % every)) = 0 ] || continue
            ;;
        esac
        try_line "$entry"
    done <"$1"
    [ "$controls" -gt 0 ] || { echo "$1 has no harmless line: nothing shows that a fault is told from none" && exit 2; }
    [ "$wrong" = 0 ] || { echo "$wrong lines were wrong: there is no score" && exit 2; }
}
