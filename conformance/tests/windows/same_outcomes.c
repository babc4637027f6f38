/* Compares two reports of hcs-conformance row by row and lists every difference.
   usage: same-outcomes ONE.json OTHER.json. Exit code: 0 same, 1 different, 2 wrong use. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *read_report(const char *path)
{
    enum { MOST = 1 << 24 };
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, MOST);
    size_t length = file && text ? fread(text, 1, MOST - 1, file) : 0;
    if (file)
        fclose(file);
    cJSON *root = length ? cJSON_Parse(text) : NULL;
    free(text);
    if (!root)
        fprintf(stderr, "same-outcomes: %s can't be read\n", path);
    return root;
}

static const char *member(const cJSON *row, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, name));
    return text ? text : "";
}

/* The one known difference: memory can be limited on one operating system only. */
static int is_known(const cJSON *one, const cJSON *other)
{
    return !strcmp(member(other, "outcome"), "skip") && strstr(member(other, "message"), "memory can't be limited") &&
           !strcmp(member(one, "outcome"), "pass");
}

static int differs(const cJSON *one, const cJSON *other)
{
    static const char *const members[] = {"id", "outcome", "return", "result"};
    int different = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        different |= strcmp(member(one, members[i]), member(other, members[i])) != 0;
    if (!different || is_known(one, other))
        return 0;
    printf("%s: %s %s %s, but %s: %s %s %s (%s)\n", member(one, "id"), member(one, "outcome"), member(one, "return"),
        member(one, "result"), member(other, "id"), member(other, "outcome"), member(other, "return"),
        member(other, "result"), member(other, "message"));
    return 1;
}

int main(int argc, char **argv)
{
    cJSON *reports[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++)
        if (argc != 3 || !(reports[i] = read_report(argv[i + 1])))
            return 2;
    const cJSON *one = cJSON_GetObjectItem(reports[0], "rows"), *other = cJSON_GetObjectItem(reports[1], "rows");
    int rows = cJSON_GetArraySize(one), different = rows != cJSON_GetArraySize(other);
    one = one ? one->child : NULL;
    other = other ? other->child : NULL;
    for (; one && other; one = one->next, other = other->next)
        different += differs(one, other);
    printf("%d rows, %d different\n", rows, different);
    cJSON_Delete(reports[0]);
    cJSON_Delete(reports[1]);
    return different != 0;
}
