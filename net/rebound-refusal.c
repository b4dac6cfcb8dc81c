/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel says EPERM and nothing else, and the same machine's other programs (bwrap, unshare)
 * hand that on as it is. Where the no comes from shows in the step at which it comes, in a few
 * values under /proc, and in nothing else:
 *
 * - at unshare: a chroot, a seccomp filter (Docker's default), Debian's switch, or a limit
 * (ENOSPC);
 * - later, at setgroups, uid_map or "lo up": AppArmor as Ubuntu has it since 23.10, where the
 * namespace is made and then comes without any power;
 * - at a write under /proc/sys: a container that has mounted it read-only.
 *
 * We tell the person what an administrator can change. We never try another way in: the machine has
 * said no. */

#include "rebound-refusal-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rebound-errno.h"
#include "rebound-sysctl-private.h"

typedef struct
{
  gboolean (*applies) (ReboundIsolationStep step,
                       int error_number,
                       const ReboundIsolationFacts *facts);
  const char *text;
} Reason;

static const char *const step_names[REBOUND_ISOLATION_N_STEPS] = {
  [REBOUND_ISOLATION_STEP_COUNT_THREADS] = "reading /proc/self/task",
  [REBOUND_ISOLATION_STEP_UNSHARE] = "unshare (user and network namespace)",
  [REBOUND_ISOLATION_STEP_SETGROUPS] = "writing /proc/self/setgroups",
  [REBOUND_ISOLATION_STEP_UID_MAP] = "writing /proc/self/uid_map",
  [REBOUND_ISOLATION_STEP_GID_MAP] = "writing /proc/self/gid_map",
  [REBOUND_ISOLATION_STEP_SMALL_TABLES] = "writing tcp_child_ehash_entries",
  [REBOUND_ISOLATION_STEP_UNSHARE_AGAIN] = "unshare (a second network namespace)",
  [REBOUND_ISOLATION_STEP_PIN] = "staying on one CPU",
  [REBOUND_ISOLATION_STEP_SYSCTL] = "setting the namespace's values",
  [REBOUND_ISOLATION_STEP_LOOPBACK_UP] = "lo up",
  [REBOUND_ISOLATION_STEP_ROUTES] = "setting quickack on the loopback's routes",
  [REBOUND_ISOLATION_STEP_DROP_CAPABILITIES] = "dropping capabilities",
};

static gboolean
is_no (int error_number)
{
  return error_number == EPERM || error_number == EACCES;
}

static gboolean
is_limit (int error_number)
{
  return error_number == ENOSPC || error_number == EUSERS;
}

static gboolean
no_proc (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return error_number == ENOENT;
}

static gboolean
no_user_namespaces_allowed (ReboundIsolationStep step,
                            int error_number,
                            const ReboundIsolationFacts *facts)
{
  return is_limit (error_number) && facts->max_user_namespaces == 0;
}

static gboolean
no_net_namespaces_allowed (ReboundIsolationStep step,
                           int error_number,
                           const ReboundIsolationFacts *facts)
{
  return is_limit (error_number) && facts->max_net_namespaces == 0;
}

static gboolean
limit_reached (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return is_limit (error_number);
}

static gboolean
not_built_in (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return error_number == EINVAL || error_number == ENOSYS;
}

static gboolean
read_only_proc (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return error_number == EROFS;
}

static gboolean
in_chroot (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return step == REBOUND_ISOLATION_STEP_UNSHARE && is_no (error_number) && facts->is_chroot;
}

static gboolean
debian_switch (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return step == REBOUND_ISOLATION_STEP_UNSHARE && is_no (error_number)
         && facts->unprivileged_userns_clone == 0;
}

static gboolean
in_container (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return step == REBOUND_ISOLATION_STEP_UNSHARE && is_no (error_number)
         && (facts->is_container || facts->has_seccomp_filter);
}

static gboolean
ubuntu_apparmor (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return is_no (error_number) && facts->apparmor_restricts_userns > 0;
}

static gboolean
anything (ReboundIsolationStep step, int error_number, const ReboundIsolationFacts *facts)
{
  return is_no (error_number);
}

/* The first that applies is told: the surest first. */
static const Reason reasons[] = {
  { no_proc, "/proc is not mounted here: mount it" },
  { no_user_namespaces_allowed, "user.max_user_namespaces is 0: an administrator can raise it with "
                                "`sysctl user.max_user_namespaces=1024`" },
  { no_net_namespaces_allowed, "user.max_net_namespaces is 0: an administrator can raise it with "
                               "`sysctl user.max_net_namespaces=1024`" },
  { limit_reached, "the limit of namespaces is reached: see user.max_user_namespaces and "
                   "user.max_net_namespaces; namespaces can be nested 32 deep" },
  { not_built_in, "this kernel has no user or network namespaces (CONFIG_USER_NS, CONFIG_NET_NS)" },
  { read_only_proc, "/proc/sys is read-only, as containers have it: run outside of the container, "
                    "or let it have /proc/sys/net writable" },
  { in_chroot, "this is a chroot, where the kernel allows nobody a user namespace: enter the tree "
               "by pivot_root instead (bwrap, systemd-nspawn)" },
  { debian_switch, "kernel.unprivileged_userns_clone is 0: an administrator can allow it with "
                   "`sysctl kernel.unprivileged_userns_clone=1`" },
  { in_container,
    "this process runs under a seccomp filter, in a container that forbids it (Docker's "
    "default does) or in a chroot: run outside, or with a seccomp profile that allows "
    "unshare" },
  { ubuntu_apparmor,
    "kernel.apparmor_restrict_unprivileged_userns is 1, as on Ubuntu since 23.10: an "
    "administrator can allow this program alone by an AppArmor profile with "
    "`userns,` in /etc/apparmor.d, or everybody with "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`" },
  { anything,
    "the machine allows no user namespaces; most often that is a container, a chroot, a seccomp "
    "filter or a security module (AppArmor, SELinux)" },
};

static gint64
read_number (const char *name)
{
  g_autofree char *value = NULL;

  return rebound_sysctl_try_read (name, &value) == 0 ? g_ascii_strtoll (value, NULL, 10) : -1;
}

/* Only root may look at the first process's root; where that is of the same mount namespace as
 * ours, ours should be the same mount. */
static gboolean
find_other_root (void)
{
  g_autofree char *own_namespace = g_file_read_link ("/proc/self/ns/mnt", NULL);
  g_autofree char *first_namespace = g_file_read_link ("/proc/1/ns/mnt", NULL);
  struct statx own_root, first_root;

  return own_namespace != NULL && g_strcmp0 (own_namespace, first_namespace) == 0
         && statx (AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &own_root) == 0
         && statx (AT_FDCWD, "/proc/1/root/.", 0, STATX_INO | STATX_MNT_ID, &first_root) == 0
         && (own_root.stx_ino != first_root.stx_ino
             || own_root.stx_mnt_id != first_root.stx_mnt_id);
}

/* A chroot into a directory that is no mount shows to anybody: no line of the mountinfo is for "/".
 */
static gboolean
find_unmounted_root (void)
{
  g_autofree char *mounts = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &mounts, NULL, NULL))
    return FALSE;

  lines = g_strsplit (mounts, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      /* The fifth field is the mount point. */
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", 6);

      if (g_strv_length (fields) > 4 && g_str_equal (fields[4], "/"))
        return FALSE;
    }
  return TRUE;
}

static gboolean
find_seccomp_filter (void)
{
  g_autofree char *status = NULL;

  /* Mode 2 of seccomp(2): SECCOMP_MODE_FILTER. */
  return g_file_get_contents ("/proc/self/status", &status, NULL, NULL)
         && strstr (status, "\nSeccomp:\t2\n") != NULL;
}

void
rebound_isolation_facts_collect (ReboundIsolationFacts *facts)
{
  facts->apparmor_restricts_userns = read_number ("kernel/apparmor_restrict_unprivileged_userns");
  facts->unprivileged_userns_clone = read_number ("kernel/unprivileged_userns_clone");
  facts->max_user_namespaces = read_number ("user/max_user_namespaces");
  facts->max_net_namespaces = read_number ("user/max_net_namespaces");
  facts->is_chroot = find_unmounted_root () || find_other_root ();
  /* The marks that Docker and Podman leave. */
  facts->is_container
      = access ("/.dockerenv", F_OK) == 0 || access ("/run/.containerenv", F_OK) == 0;
  facts->has_seccomp_filter = find_seccomp_filter ();
}

ReboundIsolationError
rebound_refusal_classify (ReboundIsolationStep step, int error_number)
{
  gboolean is_refused = is_no (error_number) || is_limit (error_number) || error_number == EROFS;

  /* Without namespaces in the kernel unshare() knows no such flag; without /proc nothing can be set
   * up. */
  if (step == REBOUND_ISOLATION_STEP_UNSHARE || step == REBOUND_ISOLATION_STEP_COUNT_THREADS)
    is_refused
        = is_refused || error_number == EINVAL || error_number == ENOSYS || error_number == ENOENT;

  return is_refused ? REBOUND_ISOLATION_ERROR_REFUSED : REBOUND_ISOLATION_ERROR_FAILED;
}

char *
rebound_refusal_explain (ReboundIsolationStep step,
                         int error_number,
                         const ReboundIsolationFacts *facts,
                         const char *detail)
{
  gboolean is_refused
      = rebound_refusal_classify (step, error_number) == REBOUND_ISOLATION_ERROR_REFUSED;
  GString *message = g_string_new ("cannot isolate the run: ");

  g_string_append (message, step_names[step]);
  if (detail != NULL)
    g_string_append_printf (message, " (%s)", detail);
  g_string_append_printf (message, " %s: %s", is_refused ? "was refused" : "failed",
                          rebound_errno_name (error_number));

  for (gsize i = 0; is_refused && i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].applies (step, error_number, facts))
      {
        g_string_append_printf (message, "; %s", reasons[i].text);
        break;
      }
  return g_string_free (message, FALSE);
}
