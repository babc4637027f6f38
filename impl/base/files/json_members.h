/* Role: which members an object of a file may have. One check for the files that people write (policies, expectations,
   profiles) and those that tools write, so that a slip of the pen is refused alike, and never passed over. Callers: the
   tools. Threads: no state. */
#ifndef BASE_JSON_MEMBERS_H
#define BASE_JSON_MEMBERS_H

#include "json_file.h"

struct json_member {
    const char *name;
    int types; /* of cJSON; JSON_BOOLEAN: either boolean; several: any of them */
    bool required;
    int least; /* of a number */
};

struct json_form {
    const char *what;                  /* such as "a policy" */
    bool comments;                     /* members whose names begin with "comment" are allowed */
    const struct json_member *members; /* ended by a NULL name */
};

enum { JSON_BOOLEAN = cJSON_True | cJSON_False };

/* Is it an object whose members are those of the form, of their types? where: the path of the object; "": the file.
   On false, wrong has the path of the first member that does not fit, and why. That a member stands twice is found by
   json_file_parse(). */
bool json_members_fit(
    const cJSON *object, const char *where, const struct json_form *form, char wrong[JSON_FILE_WRONG]);

#endif
