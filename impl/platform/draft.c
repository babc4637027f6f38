/* Drafts, the same on each system. Entry point: file_draft_begin(). */
#include "draft.h"

enum file_status file_draft_begin(const char *path, struct file_draft **result)
{
    struct file_draft *draft = draft_new();
    if (!draft)
        return FILE_NO_MEMORY;
    enum file_status status = draft_resolve(draft, path);
    if (status == FILE_GOOD && !file_draft_in_place(draft))
        status = draft_create(draft);
    if (status == FILE_GOOD && !file_draft_in_place(draft))
        status = draft_meet_others(draft);
    if (status == FILE_GOOD)
        *result = draft;
    else
        file_draft_end(draft);
    return status;
}
