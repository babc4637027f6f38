/* Time and memory of checking a document, as ratios to cJSON's own parse in the same run. Exit code 1 when one is over
   its limit. */
#include "document/document.h"
#include <cjson/cJSON.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 15, NEWEST = 7, LARGE_ENTRIES = 20000 };

struct sample {
    const char *name;
    enum spec_type type;
    char *text;
    int rounds;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void parse(const struct sample *sample, size_t length)
{
    cJSON_Delete(cJSON_ParseWithLength(sample->text, length + 1));
}

static void check(const struct sample *sample, size_t length)
{
    struct document document;
    struct document_report report;
    struct document_options options = {.minor = NEWEST, .limit = 32};
    if (FAILED(document_check(sample->text, length, sample->type, &options, &document, &report))) {
        fprintf(stderr, "bench: %s is refused: %s: %s\n", sample->name, report.list[0].path, report.list[0].text);
        exit(2);
    }
    document_free(&document);
    report_free(&report);
}

static double time_of(void (*run)(const struct sample *, size_t), const struct sample *sample, size_t length)
{
    double start = now();
    for (int i = 0; i < sample->rounds; i++)
        run(sample, length);
    return (now() - start) * 1e9 / sample->rounds;
}

static int limit(const char *what, const char *name, double value, double maximum)
{
    printf("%-34s %-18s %6.2f  (at most %.2f)%s\n", what, name, value, maximum, value > maximum ? "  OVER" : "");
    return value > maximum;
}

/* The two alternate, so that other load on the machine affects both; the best of each counts. */
static int compare(const struct sample *sample)
{
    size_t length = strlen(sample->text);
    double alone = 1e18, checked = 1e18;
    for (int i = 0; i < REPEATS; i++) {
        double time = time_of(parse, sample, length);
        alone = time < alone ? time : alone;
        time = time_of(check, sample, length);
        checked = time < checked ? time : checked;
    }
    printf("%s: %zu bytes, parse %.0f ns, parse and check %.0f ns\n", sample->name, length, alone, checked);
    return limit("checked / cJSON parse and delete", sample->name, checked / alone, 1.6);
}

static char *large_document(void)
{
    size_t length = 0, size = (size_t)LARGE_ENTRIES * 64 + 256;
    char *text = malloc(size);
    length += (size_t)snprintf(text, size, "{\"CommandLine\":\"cmd\",\"Environment\":{");
    for (int i = 0; i < LARGE_ENTRIES; i++)
        length += (size_t)snprintf(
            text + length, size - length, "%s\"VARIABLE_%d\":\"C:\\\\Program Files\\\\Value %d\"", i ? "," : "", i, i);
    snprintf(text + length, size - length, "}}");
    return text;
}

/* A document in which everything is wrong takes memory for the tree and the limited list of mistakes, and no more. */
static int bound_of_memory(void)
{
    enum { ENTRIES = 400000, MOST = 1000 };
    size_t size = (size_t)ENTRIES * 2 + 64, length;
    char *text = malloc(size);
    strcpy(text, "{\"CommandArgs\":[");
    length = strlen(text);
    for (int i = 0; i < ENTRIES; i++) {
        text[length++] = '1';
        text[length++] = i + 1 < ENTRIES ? ',' : ']';
    }
    strcpy(text + length++, "}");
    struct document document;
    struct document_report report;
    struct document_options options = {.minor = NEWEST, .people = true, .limit = MOST};
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    cJSON *tree = cJSON_Parse(text);
    size_t with_tree = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    cJSON_Delete(tree);
    document_check(text, length, TYPE_ProcessParameters, &options, &document, &report);
    size_t left = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    printf("%u mistakes in %zu bytes: tree %zu KiB, report %zu KiB\n", report.total, length, with_tree / 1024,
        left / 1024);
    int over = report.total != ENTRIES || report.count != MOST;
    over |= limit("report / tree", "all wrong", (double)left / (double)with_tree, 0.1);
    report_free(&report);
    free(text);
    return over;
}

int main(void)
{
    static const char process[] =
        "{\"CommandLine\":\"cmd /c exit 0\",\"WorkingDirectory\":\"C:\\\\Windows\",\"User\":\"ContainerUser\","
        "\"Environment\":{\"PATH\":\"C:\\\\Windows;C:\\\\Windows\\\\System32\",\"TEMP\":\"C:\\\\Windows\\\\Temp\","
        "\"NAME\":\"bench\"},\"EmulateConsole\":false,\"CreateStdInPipe\":false,\"CreateStdOutPipe\":false}";
    static const char machine[] =
        "{\"Owner\":\"bench\",\"SchemaVersion\":{\"Major\":2,\"Minor\":5},\"ShouldTerminateOnLastHandleClosed\":true,"
        "\"VirtualMachine\":{\"StopOnReset\":true,\"Chipset\":{\"Uefi\":{\"BootThis\":{\"DevicePath\":\"disk\","
        "\"DeviceType\":\"ScsiDrive\",\"DiskNumber\":0}}},\"ComputeTopology\":{\"Memory\":{\"SizeInMB\":4096,"
        "\"AllowOvercommit\":true,\"EnableDeferredCommit\":true},\"Processor\":{\"Count\":4,\"Limit\":10000,"
        "\"Weight\":100}},\"Devices\":{\"ComPorts\":{\"0\":{\"NamedPipe\":\"\\\\\\\\.\\\\pipe\\\\com\"}},\"Scsi\":{"
        "\"main\":{\"Attachments\":{\"0\":{\"Type\":\"VirtualDisk\",\"Path\":\"C:\\\\disks\\\\system.vhdx\"},\"1\":{"
        "\"Type\":\"Iso\",\"Path\":\"C:\\\\disks\\\\seed.iso\",\"ReadOnly\":true}}}},\"NetworkAdapters\":{\"net\":{"
        "\"EndpointId\":\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\",\"MacAddress\":\"00-15-5D-00-00-01\"}},\"HvSocket\":{"
        "\"HvSocketConfig\":{\"DefaultBindSecurityDescriptor\":\"D:P(A;;FA;;;SY)(A;;FA;;;BA)\"}},\"Plan9\":{\"Shares\":"
        "[{"
        "\"Name\":\"code\",\"AccessName\":\"code\",\"Path\":\"C:\\\\code\",\"Port\":5001}]}},\"GuestState\":{"
        "\"GuestStateFilePath\":\"C:\\\\disks\\\\state.vmgs\"},\"Services\":{\"Shutdown\":{}}}}";
    char *large = large_document();
    const struct sample samples[] = {{"process", TYPE_ProcessParameters, strdup(process), 20000},
        {"virtual machine", TYPE_ComputeSystem, strdup(machine), 6000},
        {"large environment", TYPE_ProcessParameters, large, 5}};
    int over = 0;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        over |= compare(&samples[i]);
        free(samples[i].text);
    }
    return over | bound_of_memory();
}
