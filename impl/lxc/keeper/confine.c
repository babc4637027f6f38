/* Capabilities and system calls of a container's processes. Entry points: confine_prepare(), confine_enter(). */
#include "confine.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What programs of an image need as root of the container; nothing that gives access to settings of the kernel,
   devices, other namespaces or mounts. */
static const struct {
    int number;
    const char *name;
} kept[] = {{CAP_CHOWN, "chown"}, {CAP_DAC_OVERRIDE, "dac_override"}, {CAP_FOWNER, "fowner"}, {CAP_FSETID, "fsetid"},
    {CAP_KILL, "kill"}, {CAP_SETGID, "setgid"}, {CAP_SETUID, "setuid"}, {CAP_SETPCAP, "setpcap"},
    {CAP_NET_BIND_SERVICE, "net_bind_service"}, {CAP_NET_RAW, "net_raw"}, {CAP_SYS_CHROOT, "sys_chroot"},
    {CAP_AUDIT_WRITE, "audit_write"}, {CAP_SETFCAP, "setfcap"}};

/* System calls that are refused with EPERM: what loads code into the kernel or reads its log, moves between name
   spaces, mounts, traces by other means than ptrace(), keeps keys, reaches files by handle, or (io_uring) makes system
   calls that no filter sees. */
static const char *const refused[] = {"acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "create_module",
    "delete_module", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl",
    "lookup_dcookie", "mbind", "migrate_pages", "mount", "mount_setattr", "move_mount", "move_pages",
    "name_to_handle_at", "nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root",
    "process_vm_readv", "process_vm_writev", "quotactl", "reboot", "request_key", "set_mempolicy", "setns",
    "settimeofday", "swapoff", "swapon", "sysfs", "syslog", "umount2", "unshare", "userfaultfd", "uselib", "ustat",
    "vm86", "vm86old"};

/* clone() with a name space flag is refused; clone3() has its flags in memory, where a filter can't read them: it fails
   with ENOSYS, so that the C library falls back to clone(). */
static int add_clone_rules(scmp_filter_ctx context)
{
    static const uint64_t spaces[] = {0x10000000 /* NEWUSER */, 0x00020000 /* NEWNS */, 0x20000000 /* NEWPID */,
        0x40000000 /* NEWNET */, 0x04000000 /* NEWUTS */, 0x08000000 /* NEWIPC */, 0x02000000 /* NEWCGROUP */};
    int result = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    for (size_t i = 0; !result && i < sizeof spaces / sizeof *spaces; i++)
        result = seccomp_rule_add(
            context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_CMP(0, SCMP_CMP_MASKED_EQ, spaces[i], spaces[i]));
    return result;
}

static int add_rules(scmp_filter_ctx context)
{
    int result = add_clone_rules(context);
    for (size_t i = 0; !result && i < sizeof refused / sizeof *refused; i++) {
        int call = seccomp_syscall_resolve_name(refused[i]);
        if (call != __NR_SCMP_ERROR) /* a kernel that has no such call can't be asked for it */
            result = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), call, 0);
    }
    /* injecting input into the process's terminal (TIOCSTI, TIOCLINUX) */
    static const uint64_t controls[] = {0x5412, 0x541C};
    for (size_t i = 0; !result && i < sizeof controls / sizeof *controls; i++)
        result = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
            SCMP_CMP(1, SCMP_CMP_MASKED_EQ, 0xFFFFFFFF, controls[i]));
    /* a socket that reaches the hypervisor and, past all name spaces, the services of the host */
    return result ? result
                  : seccomp_rule_add(context, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                        SCMP_CMP(0, SCMP_CMP_MASKED_EQ, 0xFFFFFFFF, AF_VSOCK));
}

/* The filter as the kernel takes it: the library writes it to a file, which is memory here. */
static bool read_program(int file, struct sock_fprog *filter)
{
    struct stat size;
    if (fstat(file, &size) || size.st_size <= 0 || lseek(file, 0, SEEK_SET))
        return false;
    filter->len = (unsigned short)((size_t)size.st_size / sizeof *filter->filter);
    filter->filter = malloc((size_t)size.st_size);
    return filter->filter && read(file, filter->filter, (size_t)size.st_size) == size.st_size;
}

bool confine_prepare(struct sock_fprog *filter, struct failure *failure)
{
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
    int file = memfd_create("seccomp", MFD_CLOEXEC);
    bool made = context && file >= 0 && seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
                add_rules(context) == 0 && seccomp_export_bpf(context, file) == 0 && read_program(file, filter);
    int error = errno ? errno : EINVAL;
    if (file >= 0)
        close(file);
    if (context)
        seccomp_release(context);
    return made || failure_set(failure, error, NULL, "no filter of system calls can be made");
}

bool confine_write_profile(const char *path, struct failure *failure)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return failure_set(failure, errno, NULL, "%s: %m", path);
    fprintf(file, "2\ndenylist\n[all]\nclone3 errno %d\nsocket errno %d [0,%d,SCMP_CMP_EQ]\n", ENOSYS, EAFNOSUPPORT,
        AF_VSOCK);
    static const char *const spaces[] = {
        "0x10000000", "0x00020000", "0x20000000", "0x40000000", "0x04000000", "0x08000000", "0x02000000"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        fprintf(file, "clone errno 1 [0,%s,SCMP_CMP_MASKED_EQ,%s]\n", spaces[i], spaces[i]);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (seccomp_syscall_resolve_name(refused[i]) != __NR_SCMP_ERROR)
            fprintf(file, "%s errno 1\n", refused[i]);
    bool written = !ferror(file);
    written = fclose(file) == 0 && written;
    return written || failure_set(failure, errno, NULL, "%s: %m", path);
}

const char *confine_capabilities(void)
{
    static char names[256];
    size_t length = 0;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i ? " " : "", kept[i].name);
    return names;
}

static uint64_t kept_bits(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        bits |= (uint64_t)1 << kept[i].number;
    return bits;
}

int confine_bound(void)
{
    uint64_t bits = kept_bits();
    for (int number = 0; number < 64; number++)
        if (!(bits >> number & 1) && prctl(PR_CAPBSET_READ, number, 0, 0, 0) > 0 &&
            prctl(PR_CAPBSET_DROP, number, 0, 0, 0))
            return errno;
    return 0;
}

int confine_enter(const struct sock_fprog *filter)
{
    uint64_t held = geteuid() == 0 ? kept_bits() : 0; /* only the container's root keeps any */
    uint32_t low = (uint32_t)held, high = (uint32_t)(held >> 32);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{low, low, 0}, {high, high, 0}};
    if (syscall(SYS_capset, &header, data) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter))
        return errno;
    return 0;
}
