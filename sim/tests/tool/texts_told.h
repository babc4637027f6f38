/* Role: shared by the tests of traces and of recordings. */
#ifndef TESTS_TEXTS_TOLD_H
#define TESTS_TEXTS_TOLD_H

/* A command: whether each long text of t.jsonl is told before a line refers to it, and one is. */
#define TEXTS_ARE_TOLD                                                                                                 \
    "awk '/^{\"digest\":\"[0-9a-f]*\",\"text\":/ { told[substr($0, 12, 16)] = 1; next } "                              \
    "{ while (match($0, /{\"digest\":\"[0-9a-f]*\"}/)) { named++; if (!told[substr($0, RSTART + 11, 16)]) bad = 1; "   \
    "$0 = substr($0, RSTART + RLENGTH) } } END { exit bad || !named }' t.jsonl"

#endif
