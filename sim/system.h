/* Role: simulated compute systems: their states, which the matrices of spec/ govern, and their documents.
   Threads: core lock held. */
#ifndef SIM_SYSTEM_H
#define SIM_SYSTEM_H

#include "sim.h"

struct sim_process;

struct sim_system {
    struct sim_system *bucket_next, *next, *previous;
    struct system *core;
    char *id, *owner;
    char runtime_id[37];
    enum spec_matrix matrix;
    enum spec_state state; /* STATE_BUSY: lifecycle is pending; STATE_STOPPING: an end is pending */
    enum spec_state back;  /* the state to go to when lifecycle completes */
    struct request *lifecycle;
    struct request *pending; /* all requests on this system, lifecycle included */
    uint64_t exit_ticket;
    uint64_t memory_mb, started;
    bool terminate_on_close, has_guest, has_shutdown_service, was_started;
    const char *exit_type;
    HRESULT exit_status;
    struct sim_process **processes; /* by slot; NULL: free */
    uint32_t process_slots, process_free_count;
    uint32_t *process_free;
};

void system_submit(struct sim *sim, struct request *request);
void system_complete(struct sim *sim, struct request *request);
/* The end that the last close asked for. */
void system_terminate_now(struct sim *sim, struct sim_system *system);
/* Nobody may hold the system any more, or something about it was completed: it may end or go. */
void system_settle(struct sim *sim, struct sim_system *system);
void system_destroy(struct sim *sim, struct sim_system *system);
struct sim_system *system_find(struct sim *sim, const char *id);

/* Schedules a request on a system (NULL: its system is gone) and lists it there until it completes. false: there
   was no memory, and it has been answered. */
bool system_schedule(struct sim *sim, struct sim_system *system, struct request *request);
void system_unlist(struct sim_system *system, struct request *request);

/* Which property types a query asks for; 0 for the basic set alone. */
enum property {
    PROPERTY_MEMORY = 1,
    PROPERTY_STATISTICS = 2,
    PROPERTY_PROCESS_LIST = 4,
    PROPERTY_TERMINATE_ON_CLOSE = 8,
    PROPERTY_GUEST_CONNECTION = 16,
};
uint64_t properties_asked(const struct document *query);
/* The Properties document of a system, UTF-8 from malloc; basic properties, and those that were asked for. */
char *properties_document(const struct sim *sim, const struct sim_system *system, uint64_t asked);
struct writer;
void properties_write(struct writer *writer, const struct sim *sim, const struct sim_system *system, uint64_t asked);

/* Does a ModifySettingRequest name something that can be changed? Then request->value is what it is changed to;
   else the request has been refused. */
bool modify_accepts(struct sim_system *system, struct request *request);

#endif
