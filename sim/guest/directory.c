/* Lists of folders. Entry point: directory_list(). */
#include "directory.h"
#include "core/lock.h"
#include "files.h"
#include "program.h"
#include <string.h>
#include <strings.h>

enum { MOST_ENTRIES = 1000 };

/* A list that is being written. */
struct listing {
    struct text *text;
    bool bare, windows;
    unsigned files, folders;
    uint64_t bytes;
    struct path pattern; /* the last part of a path with * or ?; empty: everything */
};

/* Compares a name with a pattern: * stands for anything, ? for one character. */
static bool matches(struct path pattern, struct path name)
{
    size_t p = 0, n = 0, star = pattern.length, taken = 0; /* taken: by the last star */
    while (n < name.length) {
        if (p < pattern.length && pattern.text[p] == '*') {
            star = p++;
            taken = n;
        } else if (p < pattern.length &&
                   (pattern.text[p] == '?' || program_same_path(pattern.text + p, name.text + n, 1))) {
            p++;
            n++;
        } else if (star < pattern.length) {
            p = star + 1;
            n = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.text[p] == '*')
        p++;
    return p == pattern.length;
}

static void add(void *context, struct path name, bool folder, size_t size)
{
    struct listing *listing = context;
    if (listing->files + listing->folders == MOST_ENTRIES ||
        (listing->pattern.length && !matches(listing->pattern, name)))
        return;
    listing->files += !folder;
    listing->folders += folder;
    listing->bytes += size;
    if (listing->windows && !listing->bare) {
        text_puts(listing->text, "01/01/2026  12:00 AM    ");
        if (folder)
            text_puts(listing->text, "<DIR>          ");
        else
            text_printf(listing->text, "%14u ", (unsigned)size);
    }
    text_put(listing->text, name.text, name.length);
    text_puts(listing->text, listing->windows ? "\r\n" : "\n");
}

static size_t folder_length(struct path path)
{
    while (path.length && path.text[path.length - 1] != '/' && path.text[path.length - 1] != '\\')
        path.length--;
    return path.length;
}

bool directory_list(
    const struct sim *sim, const struct sim_process *process, const char *arguments, size_t length, struct text *list)
{
    CHECK_HELD();
    const char *end = arguments + length;
    bool windows = !process->host.linux_guest;
    struct path path = windows ? (struct path){"C:\\", 3} : (struct path){"/", 1};
    struct listing listing = {.text = list, .windows = windows};
    while (arguments < end) {
        struct path word;
        word.text = program_word(arguments, end, &word.length, &arguments);
        bool option = word.length > 1 && (*word.text == '-' || (windows && *word.text == '/' && word.length < 5));
        listing.bare |= option && !strncasecmp(word.text, "/b", 2);
        if (word.length && !option)
            path = word;
    }
    struct path folder = path;
    if (!files_has_directory(sim, guest_system(process), folder)) { /* a file, or several */
        folder.length = folder_length(path);
        listing.pattern = (struct path){path.text + folder.length, path.length - folder.length};
        if (!folder.length)
            folder = windows ? (struct path){"C:\\", 3} : (struct path){"/", 1};
    }
    if (windows && !listing.bare)
        text_printf(list,
            " Volume in drive C has no label.\r\n Volume Serial Number is 0000-0001\r\n\r\n Directory of %.*s\r\n\r\n",
            (int)folder.length, folder.text);
    files_list(sim, guest_system(process), folder, add, &listing);
    if (windows && !listing.bare && listing.files + listing.folders)
        text_printf(list, "%16u File(s) %14llu bytes\r\n%16u Dir(s)  17179869184 bytes free\r\n", listing.files,
            (unsigned long long)listing.bytes, listing.folders);
    return listing.files + listing.folders ||
           (!listing.pattern.length && files_has_directory(sim, guest_system(process), folder));
}
