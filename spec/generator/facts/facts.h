/* Role: reads the fact files below spec/ and reports what is wrong with them.
   Callers: the emitters of hcs-spec. Single thread.
   Failure: facts_error() prints "file:line: error: …" and counts; main() turns the count into exit code 1. */
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
    const char *root; /* the project's top folder */
    struct fact_file *functions;
    size_t function_count;
    struct fact_file *states;
    size_t state_count;
    struct fact_file *rows;
    size_t row_count;
    struct fact_file *schedules;
    size_t schedule_count;
    struct fact_file hresults, types, events, requests, failures, schema, scenario, history, field, descriptions,
        decisions, hosts, rules, resources, untestable, must_pass;
    struct fact_file contradictions, documentation;
};

/* Reads and checks every fact file. Returns the number of errors reported so far. */
int facts_load(struct facts *facts, const char *root);

/* Frees everything that facts_load() read. */
void facts_free(struct facts *facts);

/* Reports an error at the line of node (NULL: line 1). */
void facts_error(const struct fact_file *file, const cJSON *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int facts_error_count(void);

/* The line of the value in its file. */
int fact_line(const cJSON *node);

/* Member look-ups that never fail: absent or of another type gives NULL / the default. */
const cJSON *fact_get(const cJSON *object, const char *name);
const char *fact_text(const cJSON *object, const char *name);
bool fact_true(const cJSON *object, const char *name);
double fact_number(const cJSON *object, const char *name, double otherwise);
/* The first element of a list whose member key is that text; NULL if there is none or text is NULL. */
const cJSON *fact_find(const cJSON *list, const char *key, const char *text);
/* Is that text one of the list's elements? */
bool fact_lists(const cJSON *list, const char *text);
/* The strength of a row, a cell or a decision: 0 documented to 3 unspecified; -1: none of the four. */
int fact_strength(const cJSON *item);

/* Reads a whole file; NULL if it can't be read. The caller frees. Adds its digest to *digest unless that is NULL. */
char *facts_read(const char *path, uint64_t *digest);
/* Digests (FNV-1a) of inputs, for the first line of an output: digest_combine(0, …) starts one. */
uint64_t digest_combine(uint64_t digest, uint64_t more);
uint64_t digest_files(const struct fact_file *files, size_t count);
/* The digest of all facts that the rows are made from; the documents in fixtures/ are not in it. */
uint64_t digest_all(const struct facts *facts);
/* Names of the entries of a folder that end in suffix, sorted; the caller frees. */
char **facts_list(const char *folder, const char *suffix, size_t *count);

/* The value of a named HRESULT; false if there is none of that name. */
bool facts_hresult(const struct facts *facts, const char *name, uint32_t *value);
const cJSON *facts_function(const struct facts *facts, const char *name);
/* Does computecore.dll export the function? */
bool facts_is_exported(const cJSON *function);
/* The type of a parameter in the headers, and what it carries: an enum spec_parameter_kind without its prefix. */
const char *facts_parameter_type(const cJSON *parameter);
const char *facts_parameter_kind(const cJSON *parameter);
/* Does the parameter take a document? */
bool facts_takes_document(const cJSON *parameter);
/* The first Windows build that has a function: the documented one, or a later one seen on hosts. 0: not known. */
int facts_first_build(const cJSON *function);
const cJSON *facts_schema_type(const struct facts *facts, const char *name);
bool facts_is_enum(const cJSON *type);
/* The file that defines a type. The project's own types are listed with those of the schema, marked "own". */
const struct fact_file *facts_type_file(const struct facts *facts, const cJSON *type);
/* Is id that of a numbered rule, or of the choice made for a contradiction (D-01 …)? */
bool facts_rule(const struct facts *facts, const char *id);
/* The value of an enumerator of the C API such as HcsOperationTypeCreate. */
bool facts_enumerator(const struct facts *facts, const char *name, int64_t *value);

#endif
