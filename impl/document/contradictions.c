/* What can't be meant in a scenario although each member is valid: the one place that decides it, for the simulator and
   for the validator. Entry point: check_contradictions(). */
#include "base/text/identity.h"
#include "base/text/utf8.h"
#include "check.h"
#include "names.h"
#include "spec_answers.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TEXT = 320, NAME = 60 };

/* The member of an object, or NULL if it is absent or that is no object. */
static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_IsObject(object) ? document_member(object, name) : NULL;
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(member(object, name));
}

static bool is(const char *text, const char *value)
{
    return text && !strcmp(text, value);
}

static struct place inside(const struct place *object, const char *name)
{
    return (struct place){object, name, 0, member(object->node, name)};
}

static void report(struct check *check, const struct place *place, const char *format, va_list arguments)
{
    char text[TEXT];
    vsnprintf(text, sizeof text, format, arguments);
    check_remark(check, place, &(struct remark){.decision = DECISION_CONTRADICTION, .text = text});
}

static void contradict(struct check *check, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void contradict(struct check *check, const struct place *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(check, place, format, arguments);
    va_end(arguments);
}

/* Reports a contradiction at a member of an element; if the element lacks the member, where the element is. */
static void contradict_at(struct check *check, const struct place *element, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void contradict_at(struct check *check, const struct place *element, const char *name, const char *format, ...)
{
    struct place place = inside(element, name);
    va_list arguments;
    place.node = place.node ? place.node : element->node;
    va_start(arguments, format);
    report(check, &place, format, arguments);
    va_end(arguments);
}

/* --- names that must differ --- */

/* Which member of the elements of a list has their names. */
struct naming {
    const char *list, *member; /* list: its path, for messages */
    enum names_kind kind;
    const char *owner; /* the member that makes equal names differ; NULL: none does */
};

static bool make_names(struct check *check, const struct place *list, enum names_kind kind, struct names *names)
{
    check->report->no_memory |= !names_make(names, list->node, kind);
    return names->list;
}

static bool take_names(struct check *check, const struct place *list, const struct naming *naming, struct names *names)
{
    const cJSON *item;
    int index = 0;
    if (!make_names(check, list, naming->kind, names))
        return false;
    cJSON_ArrayForEach (item, list->node)
        names_add(
            names, item, index++, text_of(item, naming->member), naming->owner ? text_of(item, naming->owner) : NULL);
    names_sort(names);
    return true;
}

static struct place place_of(const struct place *list, const struct name *name)
{
    return (struct place){list, NULL, name->index, name->element};
}

static void check_names(
    struct check *check, const struct place *list, const struct naming *naming, const struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct name *name = &names->list[i];
        const struct place element = place_of(list, name);
        if (!name->length)
            contradict_at(check, &element, naming->member, "it is empty");
        else if (i && names_same(name - 1, name))
            contradict_at(check, &element, naming->member, "it is the same as %s[%d].%s", naming->list, name[-1].index,
                naming->member);
    }
}

/* A file of a guest has no kind, and is none that something can be in. */
static void check_folders(
    struct check *check, const struct place *list, const struct naming *naming, const struct names *names)
{
    for (size_t i = 1; i < names->count; i++) {
        const struct name *name = &names->list[i], *folder = name - 1;
        const struct place element = place_of(list, name);
        if (folder->length && names_is_below(name, folder) &&
            !is(text_of(folder->element, FIELD_ScenarioHostFile_kind), VALUE_ScenarioFileKind_Folder))
            contradict_at(check, &element, naming->member, "%s[%d].%s is no folder that this can be in", naming->list,
                folder->index, naming->member);
    }
}

static void check_list(struct check *check, const struct place *owner, const char *name, const struct naming *naming)
{
    struct names names;
    const struct place list = inside(owner, name);
    if (!cJSON_IsArray(list.node) || !take_names(check, &list, naming, &names))
        return;
    check_names(check, &list, naming, &names);
    check_folders(check, &list, naming, &names);
    names_free(&names);
}

static void check_lists(struct check *check, const struct place *scenario, const struct place *host)
{
    static const struct naming files = {"$." FIELD_Scenario_files, FIELD_ScenarioFile_path, NAMES_OF_GUEST_FILES, NULL};
    static const struct naming programs = {
        "$." FIELD_Scenario_programs, FIELD_ScenarioProgram_name, NAMES_OF_PROGRAMS, NULL};
    static const struct naming properties = {"$." FIELD_Scenario_properties, FIELD_ScenarioProperty_name,
        NAMES_OF_PROPERTIES, FIELD_ScenarioProperty_system};
    static const struct naming host_files = {
        "$." FIELD_Scenario_host "." FIELD_ScenarioHost_files, FIELD_ScenarioHostFile_path, NAMES_OF_HOST_FILES, NULL};
    check_list(check, scenario, FIELD_Scenario_files, &files);
    check_list(check, scenario, FIELD_Scenario_programs, &programs);
    check_list(check, scenario, FIELD_Scenario_properties, &properties);
    check_list(check, host, FIELD_ScenarioHost_files, &host_files);
}

static void check_each(struct check *check, const struct place *owner, const char *name,
    void (*one)(struct check *check, const struct place *element))
{
    const struct place list = inside(owner, name);
    struct place element = {&list, NULL, 0, NULL};
    const cJSON *item;
    if (!cJSON_IsArray(list.node))
        return;
    cJSON_ArrayForEach (item, list.node) {
        element.node = item;
        one(check, &element);
        element.index++;
    }
}

/* A program is found by its name without folder and .exe. */
static void check_program(struct check *check, const struct place *program)
{
    static const char end[] = ".exe";
    const char *name = text_of(program->node, FIELD_ScenarioProgram_name);
    size_t length = name ? strlen(name) : 0, size = sizeof end - 1;
    if (name && (name[strcspn(name, "/\\")] || (length >= size && !strcasecmp(name + length - size, end))))
        contradict_at(check, program, FIELD_ScenarioProgram_name, "the name has no folder and no %s", end);
}

/* --- properties --- */

static void no_property(struct check *check, const struct place *owner, const char *member, bool of_system)
{
    const char *name = text_of(owner->node, member);
    contradict_at(check, owner, member, "%s has no property '%.*s'", of_system ? "a system" : "the service",
        utf8_cut(name, NAME), name);
}

static void check_property(struct check *check, const struct place *property)
{
    const char *name = text_of(property->node, FIELD_ScenarioProperty_name);
    bool of_system = text_of(property->node, FIELD_ScenarioProperty_system);
    if (name && !document_has_property(of_system, name))
        no_property(check, property, FIELD_ScenarioProperty_name, of_system);
}

static void check_fault(struct check *check, const struct place *fault)
{
    const char *name = text_of(fault->node, FIELD_ScenarioFault_property);
    bool of_system = !is(text_of(fault->node, FIELD_ScenarioFault_call), VALUE_ScenarioCall_HcsGetServiceProperties);
    if (name && !document_may_ask(of_system, name))
        no_property(check, fault, FIELD_ScenarioFault_property, of_system);
}

/* --- the host and its systems --- */

/* What is needed to judge a system, and what all of them need. */
struct systems {
    struct names ids;
    bool lacks_hyperv, lacks_containers;
    uint64_t memory_mb, processors; /* processors: the most that one has */
    const char *largest;            /* the id of that one */
};

static const cJSON *machine_of(const cJSON *system)
{
    return member(member(system, FIELD_ScenarioSystem_configuration), FIELD_ComputeSystem_VirtualMachine);
}

static bool is_in(const cJSON *system, const char *state)
{
    return is(text_of(system, FIELD_ScenarioSystem_state), state);
}

/* HCS-ROW: S-21 machines that run use the host's memory and processors */
static void add_machine(struct systems *systems, const cJSON *system)
{
    const cJSON *topology = member(machine_of(system), FIELD_VirtualMachine_ComputeTopology);
    const cJSON *processor = member(topology, FIELD_Topology_Processor);
    uint64_t count = 0;
    if (is_in(system, VALUE_ScenarioState_Created) || is_in(system, VALUE_ScenarioState_Exited))
        return;
    systems->memory_mb += document_memory_mb(member(system, FIELD_ScenarioSystem_configuration));
    (void)document_unsigned(member(processor, FIELD_VirtualMachine_Processor_Count), &count); /* absent: one or two */
    if (count <= systems->processors)
        return;
    systems->processors = count;
    systems->largest = text_of(system, FIELD_ScenarioSystem_id);
}

/* HCS-ROW: S-24, F-31 */
static const char *mistake_of_hosting(const struct systems *systems, const cJSON *system, const char *id)
{
    const struct name *name = id && *id ? names_find(&systems->ids, id) : NULL;
    const cJSON *machine = name ? name->element : NULL;
    bool ended = machine && is_in(machine, VALUE_ScenarioState_Exited) && !is_in(system, VALUE_ScenarioState_Exited);
    return !id || !*id            ? NULL
           : !machine             ? "no system of the scenario has that id"
           : machine == system    ? "this is the system itself"
           : !machine_of(machine) ? "that system is no virtual machine"
           : ended                ? "that virtual machine has exited"
                                  : NULL;
}

static void check_system(struct check *check, const struct place *system, struct systems *systems)
{
    const struct place configuration = inside(system, FIELD_ScenarioSystem_configuration);
    const struct place hosting = inside(&configuration, FIELD_ComputeSystem_HostingSystemId);
    const char *mistake = mistake_of_hosting(systems, system->node, cJSON_GetStringValue(hosting.node));
    bool machine = machine_of(system->node), other = cJSON_IsObject(configuration.node) && !machine;
    if (other &&
        (is_in(system->node, VALUE_ScenarioState_Paused) || is_in(system->node, VALUE_ScenarioState_SavedAsTemplate)))
        contradict_at(check, system, FIELD_ScenarioSystem_state, "only a virtual machine can be in that state");
    if ((machine && systems->lacks_hyperv) || (other && systems->lacks_containers))
        contradict(check, &configuration, "the host lacks '%s', which this system needs",
            machine ? VALUE_ScenarioFeature_HyperV : VALUE_ScenarioFeature_Containers);
    if (mistake)
        contradict(check, &hosting, "%s", mistake);
    if (machine)
        add_machine(systems, system->node);
}

/* HCS-ROW: Q-08 a GUID as id is the runtime id, unless another one is given. Two ids that are the same are reported as
   ids. */
static void check_runtime_ids(struct check *check, const struct place *list)
{
    const cJSON *item;
    struct names names;
    int index = 0;
    if (!make_names(check, list, NAMES_OF_SYSTEMS, &names))
        return;
    cJSON_ArrayForEach (item, list->node) {
        const char *given = text_of(item, FIELD_ScenarioSystem_runtimeId);
        const char *id = text_of(item, FIELD_ScenarioSystem_id);
        names_add(&names, item, index++, given ? given : id && identity_is_guid(id) ? id : NULL, NULL);
    }
    names_sort(&names);
    for (size_t i = 1; i < names.count; i++) {
        const struct name *one = &names.list[i - 1], *other = &names.list[i];
        bool later = text_of(other->element, FIELD_ScenarioSystem_runtimeId);
        const struct place element = place_of(list, later ? other : one);
        if (names_same(one, other) && text_of(element.node, FIELD_ScenarioSystem_runtimeId))
            contradict_at(check, &element, FIELD_ScenarioSystem_runtimeId,
                "it is the same as that of $." FIELD_Scenario_systems "[%d]", later ? one->index : other->index);
    }
    names_free(&names);
}

static void check_capacity(struct check *check, const struct place *host, const struct systems *systems)
{
    uint64_t memory_mb, processors;
    const struct place memory = inside(host, FIELD_ScenarioHost_memoryInMB);
    const struct place logical = inside(host, FIELD_ScenarioHost_processors);
    if (document_unsigned(memory.node, &memory_mb) && memory_mb < systems->memory_mb)
        contradict(check, &memory, "the virtual machines that run have %" PRIu64 " MB", systems->memory_mb);
    if (document_unsigned(logical.node, &processors) && processors < systems->processors)
        contradict(check, &logical, "the virtual machine '%.*s', which runs, has %" PRIu64,
            utf8_cut(systems->largest, NAME), systems->largest, systems->processors);
}

static bool lists(const cJSON *list, const char *value)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list)
        if (is(cJSON_GetStringValue(item), value))
            return true;
    return false;
}

static void check_systems(struct check *check, const struct place *scenario, const struct place *host)
{
    static const struct naming naming = {"$." FIELD_Scenario_systems, FIELD_ScenarioSystem_id, NAMES_OF_SYSTEMS, NULL};
    const struct place list = inside(scenario, FIELD_Scenario_systems);
    const cJSON *item, *lacks = member(host->node, FIELD_ScenarioHost_lacks);
    struct systems systems = {.lacks_hyperv = lists(lacks, VALUE_ScenarioFeature_HyperV),
        .lacks_containers = lists(lacks, VALUE_ScenarioFeature_Containers)};
    struct place element = {&list, NULL, 0, NULL};
    if (!cJSON_IsArray(list.node) || !take_names(check, &list, &naming, &systems.ids))
        return;
    check_names(check, &list, &naming, &systems.ids);
    cJSON_ArrayForEach (item, list.node) {
        element.node = item;
        check_system(check, &element, &systems);
        element.index++;
    }
    names_free(&systems.ids);
    check_runtime_ids(check, &list);
    check_capacity(check, host, &systems);
}

/* Refuses a host of which no outcomes are known. */
static void check_like_build(struct check *check, const struct place *host)
{
    const struct place place = inside(host, FIELD_ScenarioHost_likeBuild);
    const unsigned *known = spec_answer_builds;
    char list[TEXT / 2] = " none yet";
    uint64_t build;
    size_t used = 0;
    if (!document_unsigned(place.node, &build))
        return;
    for (; *known; known++) {
        if (*known == build)
            return;
        used += (size_t)snprintf(list + used, used < sizeof list ? sizeof list - used : 0, " %u", *known);
    }
    contradict(check, &place, "no outcomes of a host of build %" PRIu64 " are known; known are:%s", build, list);
}

unsigned check_minor_of_scenario(const struct check *check, const cJSON *scenario)
{
    const cJSON *host = member(scenario, FIELD_Scenario_host);
    const cJSON *build = member(host, FIELD_ScenarioHost_osBuild);
    uint64_t number;
    build = build ? build : member(host, FIELD_ScenarioHost_likeBuild);
    unsigned minor = document_unsigned(build, &number) && number <= UINT32_MAX && !check->options->of_build
                         ? document_minor_of_build((unsigned)number)
                         : 0;
    return minor ? minor : check->options->minor; /* a build that has none is reported */
}

void check_contradictions(struct check *check, const struct place *scenario)
{
    const struct place host = inside(scenario, FIELD_Scenario_host);
    if (!check->report || !check->options->people)
        return; /* clients have no scenarios */
    check_lists(check, scenario, &host);
    check_each(check, scenario, FIELD_Scenario_programs, check_program);
    check_each(check, scenario, FIELD_Scenario_properties, check_property);
    check_each(check, scenario, FIELD_Scenario_faults, check_fault);
    check_systems(check, scenario, &host);
    check_like_build(check, &host);
}
