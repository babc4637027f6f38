/* Checksums of results. Entry points: checksum_add(), checksum_fits(). */
#include "checksum.h"
#include "base/allocate.h"
#include "base/text/digest.h"
#include "document/document.h"
#include "result.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char member_name[] = "checksum", old_name[] = "digest";

static bool is_old(const cJSON *root)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "version");
    return cJSON_IsNumber(version) && version->valuedouble == RESULT_VERSION_DIGEST;
}

/* SHA-256 of the result as compact JSON, without its checksum member. */
static void sum(const cJSON *root, char text[SHA256_TEXT])
{
    struct sha256 sha;
    cJSON *rest = cJSON_CreateObject(), *member;
    cJSON_ArrayForEach (member, root)
        if (strcmp(member->string, member_name) != 0)
            cJSON_AddItemReferenceToObject(rest, member->string, member);
    char *json = cJSON_PrintUnformatted(rest);
    cJSON_Delete(rest);
    if (!json)
        memory_check();
    sha256_begin(&sha);
    sha256_add(&sha, json ? json : "", json ? strlen(json) : 0);
    sha256_end(&sha, text);
    cJSON_free(json);
}

/* The digest of format 2: 64-bit FNV-1a over each member's name and its compact JSON. */
static void sum_as_before(const cJSON *root, char text[SHA256_TEXT])
{
    uint64_t digest = DIGEST_START;
    const cJSON *member;
    cJSON_ArrayForEach (member, root) {
        if (!strcmp(member->string, old_name))
            continue;
        char *json = cJSON_PrintUnformatted(member);
        digest = digest_bytes(digest, member->string, strlen(member->string));
        digest = digest_bytes(digest, json ? json : "", json ? strlen(json) : 0);
        cJSON_free(json);
    }
    snprintf(text, SHA256_TEXT, "%016" PRIx64, digest);
}

const char *checksum_of(const cJSON *root)
{
    return document_text(root, is_old(root) ? old_name : member_name);
}

bool checksum_fits(const cJSON *root)
{
    char own[SHA256_TEXT];
    const char *given = checksum_of(root);
    if (is_old(root))
        sum_as_before(root, own);
    else
        sum(root, own);
    return given && !strcmp(given, own);
}

void checksum_add(cJSON *root)
{
    char text[SHA256_TEXT];
    static const char *const made[] = {"counts", old_name, member_name};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(root, made[i]);
    cJSON_ReplaceItemInObjectCaseSensitive(root, "version", cJSON_CreateNumber(RESULT_VERSION));
    cJSON_AddItemToObject(root, "counts", result_counts(cJSON_GetObjectItemCaseSensitive(root, "rows")));
    sum(root, text);
    cJSON_AddStringToObject(root, member_name, text);
}
