/* Role: reads the fact files below spec/ and reports what is wrong with them.
   Callers: hcs_spec.c, and all parts of hcs-spec for the facts. Single thread.
   Mistakes: facts_error() prints "file:line: error: …" and counts them; with any, the exit code is 1. */
#ifndef SPEC_FACTS_H
#define SPEC_FACTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fact_file {
    char *path; /* as shown in messages, relative to the root */
    cJSON *root;
    uint64_t digest; /* of its text */
};

struct facts {
    const char *root; /* the folder that has spec/ */
    struct fact_file *functions;
    size_t function_count;
    struct fact_file *states;
    size_t state_count;
    struct fact_file *rows;
    size_t row_count;
    struct fact_file *schedules;
    size_t schedule_count;
    struct fact_file *confirmed; /* spec/hosts */
    size_t confirmed_count;
    struct fact_file hresults, types, events, requests, failures, combinations, schema, scenario, history, field,
        descriptions, decisions, hosts, rules, resources, untestable, must_pass;
    struct fact_file contradictions, documentation;
    const char **members; /* the names of the members of all types, sorted; parts of the files */
    size_t member_count;
};

/* Reads and checks all fact files. Returns the number of errors reported so far. */
int facts_load(struct facts *facts, const char *root);

/* Frees everything that facts_load() read. */
void facts_free(struct facts *facts);

/* Reports an error at the line of node (NULL: line 1). */
void facts_error(const struct fact_file *file, const cJSON *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int facts_error_count(void);
/* True if one of the errors is a file of spec/hosts that can't be used, which is wrong use: the exit code is 2. */
bool facts_wrong_host_file(void);

/* Returns the line of a value in its file. */
int fact_line(const cJSON *node);

/* Look-ups of members. If a member is absent or has another type, they return NULL or the default. */
const cJSON *fact_get(const cJSON *object, const char *name);
const char *fact_text(const cJSON *object, const char *name);
bool fact_true(const cJSON *object, const char *name);
double fact_number(const cJSON *object, const char *name, double otherwise);
/* Returns the first element of a list whose member key has that text, or NULL if there is none or text is NULL. */
const cJSON *fact_find(const cJSON *list, const char *key, const char *text);
/* True if the text is one of the list's elements. */
bool fact_lists(const cJSON *list, const char *text);
/* Returns the strength of a row, a cell or a decision, from 0 documented to 3 unspecified; -1 if it is unknown. */
int fact_strength(const cJSON *item);

/* Returns the text of a file, which the caller frees, or NULL if it can't be read. Adds its digest to *digest unless
   that is NULL. */
char *facts_read(const char *path, uint64_t *digest);
/* Combine digests (FNV-1a) of inputs, for the first line of an output. digest_combine(0, …) starts one. */
uint64_t digest_combine(uint64_t digest, uint64_t more);
uint64_t digest_files(const struct fact_file *files, size_t count);
/* Returns the digest of all facts from which rows are made, without the documents in fixtures/. What hosts answered is
   not among them: results of the same rows stay comparable when a host is added. */
uint64_t digest_all(const struct facts *facts);
/* Returns the names of a folder's entries that end in suffix, sorted; the caller frees them and the list. */
char **facts_list(const char *folder, const char *suffix, size_t *count);

/* Finds the value of an HRESULT by its name. Returns false if there is none. */
bool facts_hresult(const struct facts *facts, const char *name, uint32_t *value);
const cJSON *facts_function(const struct facts *facts, const char *name);
/* True if computecore.dll exports the function. */
bool facts_is_exported(const cJSON *function);
/* Return the type of a parameter in the headers, and its enum spec_parameter_kind without the prefix. */
const char *facts_parameter_type(const cJSON *parameter);
const char *facts_parameter_kind(const cJSON *parameter);
/* True if the parameter takes a document. */
bool facts_takes_document(const cJSON *parameter);
/* Returns the first Windows build that has a function: the documented one, or a later one seen on hosts; 0: not known.
 */
int facts_first_build(const cJSON *function);
const cJSON *facts_schema_type(const struct facts *facts, const char *name);
/* Returns the list of names that a type lacks in the reference but that production clients send, or NULL. */
const cJSON *facts_known_names(const struct facts *facts, const cJSON *type);
/* True if a type has a member of that name, in the reference or in what production clients send. */
bool facts_is_member(const struct facts *facts, const char *name);
bool facts_is_enum(const cJSON *type);
/* Returns the file that defines a type. The project's own types are in one list with those of the schema, marked "own".
 */
const struct fact_file *facts_type_file(const struct facts *facts, const cJSON *type);
/* True if id is that of a numbered rule or of a contradiction (D-01 …). */
bool facts_rule(const struct facts *facts, const char *id);
/* Finds the value of an enumerator of the C API such as HcsOperationTypeCreate. Returns false if there is none. */
bool facts_enumerator(const struct facts *facts, const char *name, int64_t *value);

/* Limits of the tables: the most conditions of the members and values of one type, and of the paths of combinations. */
enum { TYPE_CONDITIONS = 64, COMBINED_STEPS = 8, COMBINED_STEP_BYTES = 48 };

#endif
