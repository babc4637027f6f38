/* Rows that real hosts confirmed. Entry point: confirmed_count(). */
#include "confirmed.h"
#include "row/row.h"
#include <stdio.h>
#include <string.h>

enum { STRENGTHS = sizeof strength_names / sizeof *strength_names, NUMBER_BYTES = 24 };

/* Returns the first of the row's entries, and in *count how many there are; they follow one another. */
static const struct spec_confirmation *entries_of(const char *row, unsigned *count)
{
    unsigned low = 0, high = spec_confirmation_count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (strcmp(spec_confirmations[middle].row, row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < spec_confirmation_count; ++*count)
        if (strcmp(spec_confirmations[low + *count].row, row) != 0)
            break;
    return &spec_confirmations[low];
}

struct confirmed_count confirmed_count(int strength, unsigned build)
{
    struct confirmed_count all = {0, 0, 0};
    for (unsigned i = 0; i < spec_row_count; i++) {
        unsigned count, agree = 0, said = 0;
        if (strength != STRENGTHS_ALL && (int)spec_rows[i].strength != strength)
            continue;
        const struct spec_confirmation *entry = entries_of(spec_rows[i].id, &count);
        for (unsigned j = 0; j < count; j++) {
            said += !build || entry[j].build == build;
            agree += (!build || entry[j].build == build) && entry[j].agrees;
        }
        all.rows++;
        all.confirmed += agree > 0;
        all.differing += said && !agree;
    }
    return all;
}

void confirmed_describe(const char *row, char *text, size_t size)
{
    unsigned count;
    size_t used = 0;
    const struct spec_confirmation *entry = entries_of(row, &count);
    *text = 0;
    for (unsigned i = 0; i < count && used < size; i++) {
        int length = snprintf(text + used, size - used, "%s%s %u", used ? ", " : "",
            entry[i].agrees ? "confirmed" : "differs", entry[i].build);
        used += length > 0 ? (size_t)length : 0;
    }
}

static void add_number(cJSON *line, unsigned number)
{
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%u", number);
    cJSON_AddItemToArray(line, cJSON_CreateString(text));
}

static cJSON *table_line(int strength)
{
    struct confirmed_count all = confirmed_count(strength, 0);
    cJSON *line = cJSON_CreateArray();
    cJSON_AddItemToArray(line, cJSON_CreateString(strength == STRENGTHS_ALL ? "all" : strength_names[strength]));
    add_number(line, all.rows);
    add_number(line, all.confirmed);
    add_number(line, all.differing);
    for (const struct spec_confirming_host *host = spec_confirming_hosts; host->build; host++)
        add_number(line, confirmed_count(strength, host->build).confirmed);
    return line;
}

cJSON *confirmed_table(void)
{
    static const char *const titles[] = {"strength", "rows", "confirmed", "differ"};
    cJSON *table = cJSON_CreateArray(), *head = cJSON_CreateArray();
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        cJSON_AddItemToArray(head, cJSON_CreateString(titles[i]));
    for (const struct spec_confirming_host *host = spec_confirming_hosts; host->build; host++) {
        char title[2 * NUMBER_BYTES];
        snprintf(title, sizeof title, "%u.%u", host->build, host->revision);
        cJSON_AddItemToArray(head, cJSON_CreateString(title));
    }
    cJSON_AddItemToArray(table, head);
    for (int strength = 0; strength < STRENGTHS; strength++)
        cJSON_AddItemToArray(table, table_line(strength));
    cJSON_AddItemToArray(table, table_line(STRENGTHS_ALL));
    return table;
}
