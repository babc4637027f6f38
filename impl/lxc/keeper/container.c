/* A container by liblxc. Entry point: container_start(). The start is daemonized: liblxc's monitor is a process of its
   own that outlives this one. The PATH of keepers does not contain newuidmap: liblxc would run it to map ids, and it
   fails unless /etc/subuid lists root. */
#include "container.h"
#include "lxc/cgroups.h"
#include "confine.h"
#include "network.h"
#include <errno.h>
#include <inttypes.h>
#include <lxc/lxccontainer.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PATH_BYTES = 4096,
    VALUE_BYTES = 4096,
    STOP_S = 10,
    GROUPS_MS = 2000,
    PERIOD_US = 100000,
    MAX_PROCESSES = 16384,
    DEFAULT_WEIGHT = 100,
    DEFAULT_SHARES = 1024
};

struct container {
    struct lxc_container *lxc;
    char name[128];
    bool unified;
    struct cgroups home; /* the keeper's groups before start(), which moves its caller into the monitor's groups */
};

/* Returns whether all controllers are in the cgroup v2 hierarchy; a hybrid machine has them in version 1. */
static bool is_unified(void)
{
    return access("/sys/fs/cgroup/cgroup.controllers", R_OK) == 0;
}

static bool set(struct container *container, struct failure *failure, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool set(struct container *container, struct failure *failure, const char *key, const char *format, ...)
{
    char value[VALUE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    if (length >= 0 && length < VALUE_BYTES && container->lxc->set_config_item(container->lxc, key, value))
        return true;
    return failure_set(failure, EINVAL, NULL, "liblxc does not take %s = %s", key, value);
}

/* Devices that a program may use; all others are denied, even if a node for them is made. */
static bool configure_devices(struct container *container, struct failure *failure)
{
    static const char *const allowed[] = {"c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm",
        "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm"};
    const char *prefix = container->unified ? "lxc.cgroup2.devices" : "lxc.cgroup.devices";
    char key[64];
    snprintf(key, sizeof key, "%s.deny", prefix);
    bool done = set(container, failure, key, "a");
    snprintf(key, sizeof key, "%s.allow", prefix);
    for (size_t i = 0; done && i < sizeof allowed / sizeof *allowed; i++)
        done = set(container, failure, key, "%s", allowed[i]);
    return done;
}

/* Files of /proc and /sys that reveal or change the host: they are masked. */
static bool configure_masks(struct container *container, struct failure *failure)
{
    static const char *const files[] = {"proc/kcore", "proc/keys", "proc/key-users", "proc/timer_list",
        "proc/sched_debug", "proc/sysrq-trigger", "proc/kmsg", "proc/latency_stats"};
    static const char *const folders[] = {"proc/acpi", "proc/scsi", "proc/irq", "proc/bus", "sys/firmware",
        "sys/devices/virtual/powercap", "sys/kernel/security"};
    bool done = true;
    for (size_t i = 0; done && i < sizeof files / sizeof *files; i++)
        done = set(container, failure, "lxc.mount.entry", "/dev/null %s none bind,optional 0 0", files[i]);
    for (size_t i = 0; done && i < sizeof folders / sizeof *folders; i++)
        done = set(container, failure, "lxc.mount.entry", "tmpfs %s tmpfs ro,size=0,optional 0 0", folders[i]);
    return done;
}

static bool configure_network(struct container *container, const struct plan *plan, struct failure *failure)
{
    char path[NETWORK_PATH];
    if (!plan->network)
        return set(container, failure, "lxc.net.0.type", "empty") && set(container, failure, "lxc.net.0.flags", "up");
    return network_find(plan, path, failure) && set(container, failure, "lxc.namespace.share.net", "%s", path);
}

static bool configure_cgroups(struct container *container, struct failure *failure)
{
    return set(container, failure, "lxc.cgroup.dir.container", "computecore/%s/container", container->name) &&
           set(container, failure, "lxc.cgroup.dir.monitor", "computecore/%s/monitor", container->name) &&
           set(container, failure, "lxc.cgroup.dir.monitor.pivot", "computecore/%s/pivot", container->name) &&
           set(container, failure, container->unified ? "lxc.cgroup2.pids.max" : "lxc.cgroup.pids.max", "%d",
               MAX_PROCESSES);
}

static bool configure(struct container *container, const struct container_options *options, const struct plan *plan,
    struct failure *failure)
{
    char profile[PATH_BYTES];
    snprintf(profile, sizeof profile, "%s/seccomp", options->folder);
    container->lxc->clear_config(container->lxc);
    return confine_write_profile(profile, failure) &&
           set(container, failure, "lxc.rootfs.path", "dir:%s", options->root) &&
           set(container, failure, "lxc.uts.name", "%s", plan->host_name ? plan->host_name : options->id) &&
           set(container, failure, "lxc.idmap", "u 0 %u %u", options->range.first, options->range.count) &&
           set(container, failure, "lxc.idmap", "g 0 %u %u", options->range.first, options->range.count) &&
           set(container, failure, "lxc.init.cmd", "/.computecore-init") &&
           set(container, failure, "lxc.mount.entry", "%s .computecore-init none bind,ro,create=file 0 0",
               options->program) &&
           set(container, failure, "lxc.mount.auto", plan->network ? "proc:mixed" : "proc:mixed sys:ro") &&
           set(container, failure, "lxc.autodev", "1") && set(container, failure, "lxc.pty.max", "1024") &&
           set(container, failure, "lxc.tty.max", "0") && set(container, failure, "lxc.console.path", "none") &&
           set(container, failure, "lxc.no_new_privs", "1") &&
           set(container, failure, "lxc.cap.keep", "%s", confine_capabilities()) &&
           set(container, failure, "lxc.seccomp.profile", "%s", profile) &&
           set(container, failure, "lxc.log.file", "%s/liblxc.log", options->folder) &&
           set(container, failure, "lxc.log.level", "WARN") && configure_cgroups(container, failure) &&
           configure_devices(container, failure) && configure_masks(container, failure) &&
           configure_network(container, plan, failure);
}

static bool limit(struct container *container, const struct plan *plan, struct failure *failure)
{
    return container_limit_memory(container, plan->memory_mb, failure) &&
           container_limit_processors(
               container, plan->processor_count, plan->processor_maximum, plan->processor_weight, failure);
}

struct container *container_start(
    const struct container_options *options, const struct plan *plan, struct failure *failure)
{
    struct container *container = calloc(1, sizeof *container);
    if (!container) {
        failure_set(failure, ENOMEM, NULL, "out of memory");
        return NULL;
    }
    snprintf(container->name, sizeof container->name, "%s", options->name);
    container->unified = is_unified();
    container->lxc = lxc_container_new(options->name, options->folder);
    bool started = container->lxc && configure(container, options, plan, failure) &&
                   cgroups_open(&container->home, getpid(), failure);
    if (started) {
        container->lxc->want_daemonize(container->lxc, true);
        started = container->lxc->start(container->lxc, 0, NULL) ||
                  failure_set(
                      failure, EIO, NULL, "liblxc can't start the container; %s/liblxc.log says why", options->folder);
        (void)cgroups_enter(&container->home); /* else the monitor's groups can't be removed in the end */
        if (started && !limit(container, plan, failure)) {
            (void)container->lxc->stop(container->lxc); /* nothing is attached yet, so that it ends */
            started = false;
        }
    } else {
        failure_set(failure, ENOMEM, NULL, "liblxc can't create a container object");
    }
    if (started)
        return container;
    container_finish(container);
    return NULL;
}

pid_t container_init(const struct container *container)
{
    pid_t init = container->lxc->init_pid(container->lxc);
    return init > 0 ? init : 0;
}

void container_kill(const struct container *container)
{
    pid_t init = container_init(container);
    if (init > 1) /* kill() takes -1, as liblxc says of one that has ended, for every process of the host */
        (void)kill(init, SIGKILL);
}

bool container_freeze(struct container *container, bool frozen, struct failure *failure)
{
    bool done = frozen ? container->lxc->freeze(container->lxc) : container->lxc->unfreeze(container->lxc);
    return done || failure_set(failure, EIO, NULL, "the processes can't be %s", frozen ? "frozen" : "thawed");
}

/* --- limits --- */

static bool put(struct container *container, const char *item, uint64_t number, const char *unit)
{
    char value[64];
    snprintf(value, sizeof value, "%" PRIu64 "%s", number, unit);
    return container->lxc->set_cgroup_item(container->lxc, item, value);
}

bool container_limit_memory(struct container *container, uint64_t megabytes, struct failure *failure)
{
    bool done;
    if (container->unified)
        done = megabytes ? put(container, "memory.max", megabytes, "M") &&
                               (put(container, "memory.swap.max", 0, "") || true) /* not where swap isn't counted */
                         : container->lxc->set_cgroup_item(container->lxc, "memory.max", "max");
    else if (megabytes)
        done = put(container, "memory.limit_in_bytes", megabytes, "M");
    else
        done = container->lxc->set_cgroup_item(container->lxc, "memory.limit_in_bytes", "-1");
    return done || !megabytes ||
           failure_set(failure, EIO, "$.Container.Memory.SizeInMB", "no limit of %" PRIu64 " MB can be set", megabytes);
}

/* The share of the machine's time: the smaller of count and maximum (in 1/10,000 of all processors). */
static uint64_t quota_us(unsigned count, unsigned maximum)
{
    uint64_t all = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) * PERIOD_US;
    uint64_t by_count = count ? (uint64_t)count * PERIOD_US : all, by_maximum = maximum ? all * maximum / 10000 : all;
    uint64_t quota = by_count < by_maximum ? by_count : by_maximum;
    return quota < all ? (quota < 1000 ? 1000 : quota) : 0; /* 0: none; the kernel takes no less than a millisecond */
}

bool container_limit_processors(
    struct container *container, unsigned count, unsigned maximum, unsigned weight, struct failure *failure)
{
    uint64_t quota = quota_us(count, maximum);
    bool done;
    char value[64];
    if (container->unified) {
        if (quota)
            snprintf(value, sizeof value, "%" PRIu64 " %d", quota, PERIOD_US);
        else
            snprintf(value, sizeof value, "max %d", PERIOD_US);
        done = container->lxc->set_cgroup_item(container->lxc, "cpu.max", value) || !quota;
        done = (put(container, "cpu.weight", weight ? weight : DEFAULT_WEIGHT, "") || !weight) && done;
    } else {
        snprintf(value, sizeof value, "%" PRId64, quota ? (int64_t)quota : -1);
        done = container->lxc->set_cgroup_item(container->lxc, "cpu.cfs_quota_us", value) || !quota;
        /* weights of 1 to 10,000 around 100, shares of 2 to 262,144 around 1,024 */
        uint64_t shares = weight ? (uint64_t)weight * DEFAULT_SHARES / DEFAULT_WEIGHT + 2 : DEFAULT_SHARES;
        done = (put(container, "cpu.shares", shares, "") || !weight) && done;
    }
    return done || failure_set(failure, EIO, "$.Container.Processor", "the processors can't be limited");
}

/* --- statistics --- */

/* Returns the text of a cgroup file; empty: it does not exist. */
static const char *item(struct container *container, const char *name, char value[VALUE_BYTES])
{
    int length = container->lxc->get_cgroup_item(container->lxc, name, value, VALUE_BYTES - 1);
    value[length > 0 && length < VALUE_BYTES ? length : 0] = 0;
    return value;
}

static uint64_t number(struct container *container, const char *name)
{
    char value[VALUE_BYTES];
    return strtoull(item(container, name, value), NULL, 10);
}

/* Returns the number after a key, at the start of a line or in a line of pairs such as rbytes=1. */
static uint64_t keyed(const char *text, const char *key)
{
    uint64_t sum = 0;
    size_t length = strlen(key);
    for (const char *at = text; (at = strstr(at, key)); at += length)
        if (at == text || at[-1] == '\n' || at[-1] == ' ')
            sum += strtoull(at + length, NULL, 10);
    return sum;
}

static void measure_unified(struct container *container, struct container_statistics *statistics)
{
    char text[VALUE_BYTES];
    statistics->memory = number(container, "memory.current");
    statistics->memory_peak = number(container, "memory.peak");
    statistics->memory_commit = keyed(item(container, "memory.stat", text), "anon ");
    item(container, "cpu.stat", text);
    statistics->processor_ns = keyed(text, "usage_usec ") * 1000;
    statistics->user_ns = keyed(text, "user_usec ") * 1000;
    statistics->kernel_ns = keyed(text, "system_usec ") * 1000;
    item(container, "io.stat", text);
    statistics->read_bytes = keyed(text, "rbytes=");
    statistics->written_bytes = keyed(text, "wbytes=");
    statistics->reads = keyed(text, "rios=");
    statistics->writes = keyed(text, "wios=");
    statistics->oom_kills = keyed(item(container, "memory.events", text), "oom_kill ");
}

static void measure_legacy(struct container *container, struct container_statistics *statistics)
{
    char text[VALUE_BYTES];
    statistics->memory = number(container, "memory.usage_in_bytes");
    statistics->memory_peak = number(container, "memory.max_usage_in_bytes");
    statistics->memory_commit = keyed(item(container, "memory.stat", text), "total_rss ");
    statistics->processor_ns = number(container, "cpuacct.usage");
    statistics->user_ns = number(container, "cpuacct.usage_user");
    statistics->kernel_ns = number(container, "cpuacct.usage_sys");
    item(container, "blkio.throttle.io_service_bytes", text);
    statistics->read_bytes = keyed(text, "Read ");
    statistics->written_bytes = keyed(text, "Write ");
    item(container, "blkio.throttle.io_serviced", text);
    statistics->reads = keyed(text, "Read ");
    statistics->writes = keyed(text, "Write ");
    statistics->oom_kills = keyed(item(container, "memory.oom_control", text), "oom_kill ");
}

void container_measure(struct container *container, struct container_statistics *statistics)
{
    *statistics = (struct container_statistics){0};
    if (container->unified)
        measure_unified(container, statistics);
    else
        measure_legacy(container, statistics);
}

/* --- the end --- */

void container_finish(struct container *container)
{
    if (container->lxc) {
        (void)container->lxc->wait(
            container->lxc, "STOPPED", STOP_S); /* the monitor takes its mounts and groups away */
        lxc_container_put(container->lxc);
    }
    cgroups_close(&container->home);
    (void)cgroups_remove(container->name, GROUPS_MS); /* the daemon removes what is left later */
    free(container);
}
