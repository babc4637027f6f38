/* Moves and their text form. Entry points: move_print(), move_read(). */
#include "move.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const move_text_names[] = {"id:a", "id:b", "id:c", "@system/container",
    "@system/container-terminate-on-close", "@system/vm", "@system/vm-guest", "@invalid/no-body", "@process/exit-42",
    "@process/endless", "@process/ping-twice", "@process/not-found", "@process/no-command", "@process/echo-stdout",
    "@modify-process/close-stdin", "@signal/ctrl-c", "@query/basic", "@query/empty", "@query/statistics",
    "@save/as-template", "@modify/memory-vm", "@modify/memory-container", NULL};

/* Time-outs in milliseconds, event options, access rights and process ids, in one list. */
const uint32_t move_numbers[] = {INFINITE, 0, 1, 2, 100, 1000, 1004, 60000, GENERIC_ALL};
const int move_number_count = sizeof move_numbers / sizeof *move_numbers;

int move_text_named(const char *name)
{
    for (int i = 0; move_text_names[i]; i++)
        if (!strcmp(move_text_names[i], name))
            return i;
    return MOVE_NULL - 1;
}

/* --- print --- */

static char letter_of(enum spec_parameter_kind kind)
{
    switch (kind) {
    case PARAMETER_OPERATION:
        return 'o';
    case PARAMETER_SYSTEM:
    case PARAMETER_OUT_SYSTEM:
        return 's';
    case PARAMETER_PROCESS:
    case PARAMETER_OUT_PROCESS:
        return 'p';
    default:
        return 0;
    }
}

static int slots_of(char letter)
{
    return letter == 'o' ? MOVE_OPERATIONS : letter == 's' ? MOVE_SYSTEMS : MOVE_PROCESSES;
}

static int print_choice(char *text, size_t size, enum spec_parameter_kind kind, int choice)
{
    if (choice == MOVE_NULL)
        return snprintf(text, size, " -");
    if (kind == PARAMETER_TEXT)
        return snprintf(text, size, " %s", move_text_names[choice]);
    if (kind == PARAMETER_NUMBER)
        return snprintf(text, size, " %u", (unsigned)move_numbers[choice]);
    return letter_of(kind) ? snprintf(text, size, " %c%d", letter_of(kind), choice) : snprintf(text, size, " +");
}

static int print_actor(char *text, size_t size, unsigned actor)
{
    return snprintf(
        text, size, "%c%u", actor < MOVE_CLIENTS ? 'c' : 'k', actor < MOVE_CLIENTS ? actor : actor - MOVE_CLIENTS);
}

/* HcsCreateOperation returns its handle; its slot is written as an additional last argument. */
static bool returns_operation(const struct spec_function *function)
{
    return !strcmp(function->result, "HCS_OPERATION");
}

static const char *const fault_words[] = {NULL, "!fails", "!hangs", "!exits", "!disconnects", "!loses-exit",
    "!loses-output", "!delays-exit", "!loses-status", "!closes-connection", "!ends-process", "!awaits-exit",
    "!awaits-callback", "!ignored"};
_Static_assert(sizeof fault_words / sizeof *fault_words == MOVE_FAULTS, "each fault has its word");

void move_print(const struct move *move, char text[MOVE_TEXT])
{
    static const char *const words[MOVE_KINDS] = {
        [MOVE_WAKE] = "wakes", [MOVE_TIME_OUT] = "times-out", [MOVE_BEGIN] = "begins", [MOVE_END] = "ends"};
    if (move->kind == MOVE_ENGINE) {
        snprintf(text, MOVE_TEXT, "engine");
        return;
    }
    size_t used = (size_t)print_actor(text, MOVE_TEXT, move->actor);
    if (move->kind != MOVE_CALL) {
        snprintf(text + used, MOVE_TEXT - used, " %s", words[move->kind]);
        return;
    }
    const struct spec_function *function = &spec_functions[move->function];
    used += (size_t)snprintf(text + used, MOVE_TEXT - used, " %s", function->name);
    for (int i = 0; i < function->parameter_count; i++)
        used += (size_t)print_choice(text + used, MOVE_TEXT - used, function->parameters[i].kind, move->choice[i]);
    if (returns_operation(function))
        used += (size_t)print_choice(
            text + used, MOVE_TEXT - used, PARAMETER_OPERATION, move->choice[function->parameter_count]);
    if (move->fault == MOVE_FAULT_FAIL)
        snprintf(text + used, MOVE_TEXT - used, " %s 0x%08X", fault_words[MOVE_FAULT_FAIL], (unsigned)move->result);
    else if (move->fault)
        snprintf(text + used, MOVE_TEXT - used, " %s", fault_words[move->fault]);
}

/* --- read --- */

/* Cuts the next word off the text and returns it, or NULL at the end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " ");
    size_t length = strcspn(word, " ");
    *rest = word + length + (word[length] != 0);
    word[length] = 0;
    return length ? word : NULL;
}

static bool read_choice(const char *word, enum spec_parameter_kind kind, int8_t *choice)
{
    char letter = letter_of(kind);
    *choice = MOVE_NULL;
    if (!strcmp(word, "-"))
        return kind != PARAMETER_NUMBER;
    if (letter) {
        char *end;
        long slot = strtol(word + 1, &end, 10);
        *choice = (int8_t)slot;
        return *word == letter && end != word + 1 && !*end && slot >= 0 && slot < slots_of(letter);
    }
    if (kind == PARAMETER_TEXT) {
        *choice = (int8_t)move_text_named(word);
        return *choice >= 0;
    }
    for (int i = 0; kind == PARAMETER_NUMBER && i < move_number_count; i++)
        if (strtoul(word, NULL, 10) == move_numbers[i]) {
            *choice = (int8_t)i;
            return *word >= '0' && *word <= '9';
        }
    *choice = 0;
    return kind != PARAMETER_NUMBER && !strcmp(word, "+");
}

static bool read_actor(const char *word, struct move *move)
{
    char *end;
    long number = strtol(word + 1, &end, 10);
    int limit = *word == 'c' ? MOVE_CLIENTS : MOVE_CALLBACKS;
    if ((*word != 'c' && *word != 'k') || end == word + 1 || *end || number < 0 || number >= limit)
        return false;
    move->actor = (uint8_t)(number + (*word == 'c' ? 0 : MOVE_CLIENTS));
    return true;
}

static const char *read_call(char *word, char **rest, struct move *move)
{
    enum spec_function_index index = spec_function_named(word);
    if (index == FUNCTION_COUNT)
        return "not a function, and not wakes, times-out, begins or ends";
    const struct spec_function *function = &spec_functions[index];
    int count = function->parameter_count + returns_operation(function);
    move->kind = MOVE_CALL;
    move->function = (uint8_t)index;
    for (int i = 0; i < count; i++) {
        enum spec_parameter_kind kind =
            i < function->parameter_count ? function->parameters[i].kind : PARAMETER_OPERATION;
        if (!(word = next_word(rest)))
            return "an argument is missing";
        if (!read_choice(word, kind, &move->choice[i]))
            return "an argument does not fit its parameter";
    }
    return NULL;
}

/* Reads the optional fault after the arguments. */
static const char *read_fault(char **rest, struct move *move)
{
    char *word = next_word(rest), *end = NULL;
    if (!word)
        return NULL;
    move->fault = MOVE_FAULT_FAIL;
    while (move->fault < MOVE_FAULTS && strcmp(word, fault_words[move->fault]) != 0)
        move->fault++;
    if (move->fault == MOVE_FAULTS)
        return "more words than a move has";
    if (move->fault != MOVE_FAULT_FAIL)
        return NULL;
    word = next_word(rest);
    move->result = word ? (HRESULT)strtoul(word, &end, 16) : S_OK;
    return !word || *end || !FAILED(move->result) ? "!fails needs an HRESULT that is a failure" : NULL;
}

const char *move_read(const char *text, struct move *move)
{
    char copy[MOVE_TEXT], *rest = copy;
    *move = (struct move){0};
    if (strlen(text) >= sizeof copy)
        return "longer than any move";
    strcpy(copy, text);
    char *word = next_word(&rest);
    if (!word)
        return "an empty move";
    const char *wrong = NULL;
    if (!strcmp(word, "engine")) {
        move->kind = MOVE_ENGINE;
    } else {
        if (!read_actor(word, move))
            return "it does not begin with a client (c0 …), a callback (k0 …) or engine";
        bool callback = move->actor >= MOVE_CLIENTS;
        word = next_word(&rest);
        if (!word)
            return "the function or action is missing";
        if (!strcmp(word, "wakes"))
            move->kind = MOVE_WAKE;
        else if (!strcmp(word, "times-out"))
            move->kind = MOVE_TIME_OUT;
        else if (callback && !strcmp(word, "begins"))
            move->kind = MOVE_BEGIN;
        else if (callback && !strcmp(word, "ends"))
            move->kind = MOVE_END;
        else
            wrong = read_call(word, &rest, move);
        if (!wrong && move->kind == MOVE_CALL)
            wrong = read_fault(&rest, move);
    }
    return wrong || !next_word(&rest) ? wrong : "more words than a move has";
}
