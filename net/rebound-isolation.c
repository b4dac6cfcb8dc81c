/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A machine of our own, made of three things that any user may have: a user namespace, in which we
 * hold every capability over nothing but ourselves; a network namespace owned by it, whose loopback
 * and TCP are nobody else's; and one CPU.
 *
 * What is set in there serves one end: that the same run gives the same packets in the same order.
 * A new network namespace takes over some values from the host (the congestion control, the buffer
 * sizes), has others by the kernel's age, and leaves much to timers of the kernel's own. So the
 * values that packets or their timing depend on are all written, and those mechanisms that look at
 * the real clock are turned off where that can be done.
 *
 * The first network namespace is there only to be the second one's parent: the size of a
 * namespace's table of TCP sockets is decided when it is made, by a value of the namespace that its
 * maker is in. What is left in it are the sockets that silent listeners are made of. */

#include "rebound-isolation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rebound-refusal-private.h"
#include "rebound-routes-private.h"
#include "rebound-silent-listener-private.h"
#include "rebound-sysctl-private.h"

/* clang-format off */
G_DEFINE_QUARK (rebound-isolation-error-quark, rebound_isolation_error)
/* clang-format on */

/* Buckets of the run's own table of TCP sockets, which a dump walks one by one: 3 µs where the
 * host's usual 262,144 take 170. Enough for a run of 10,000 connections: 20 a bucket at its
 * busiest. */
#define SMALL_TABLE_ENTRIES "4096"

/* A run's limit of descriptors: enough for 20,000 clients that connect at once, which is the most,
 * with both ends of each. */
#define N_DESCRIPTORS 65536

typedef struct
{
  const char *name;
  const char *value;
  gboolean is_optional; /* not every kernel from 6.1 on has it, or not every configuration */
} Setting;

static const Setting settings[] = {
  /* A small table brings small limits with it (256 and 128), and a big one those of the machine's
   * memory. These are what the kernel computes for a table of 262,144. */
  { "net/ipv4/tcp_max_tw_buckets", "131072", FALSE },
  { "net/ipv4/tcp_max_syn_backlog", "2048", FALSE },

  /* The receive window would grow with the rate that is measured on the real clock. */
  { "net/ipv4/tcp_moderate_rcvbuf", "0", FALSE },
  /* Taken over from the host, where they depend on its memory and its administrator. The kernel's
     own. */
  { "net/ipv4/tcp_rmem", "4096 131072 6291456", FALSE },
  { "net/ipv4/tcp_wmem", "4096 16384 4194304", FALSE },
  /* Also taken over from the host. Reno counts acknowledgements; cubic and bbr look at the clock.
   * It is in every kernel. */
  { "net/ipv4/tcp_congestion_control", "reno", FALSE },
  /* The congestion window would shrink after a pause, which in virtual time has no real length. */
  { "net/ipv4/tcp_slow_start_after_idle", "0", FALSE },
  /* A connection would begin with the round-trip time and the window that an earlier one had
     measured. */
  { "net/ipv4/tcp_no_metrics_save", "1", FALSE },
  /* Two acknowledgements that come while the sender is at work are put together, unless their time
   * stamps differ: which they do when a millisecond of the real clock ends between them. Of the two
   * windows that they announce the sender then knows one or both, and half the largest that it has
   * seen is the longest segment that it sends. Of transfers of 1 MiB one in 50 to 200 was cut
   * otherwise than the rest; without time stamps none of 6,000. */
  { "net/ipv4/tcp_timestamps", "0", FALSE },
  /* Small writes would be put together or not by what is still in the interface's queue at that
     moment. */
  { "net/ipv4/tcp_autocorking", "0", FALSE },
  /* Tail loss probes: a segment would be sent twice when this process loses its CPU for two round
   * trips, that is, for some microseconds. The retransmission timer remains. */
  { "net/ipv4/tcp_early_retrans", "0", FALSE },
  /* A segment out of the window would be answered or not by when the last one was, within 500 real
     ms, … */
  { "net/ipv4/tcp_invalid_ratelimit", "0", FALSE },
  /* … and challenge ACKs were limited to a random number a second by kernels before 5.17's default.
   */
  { "net/ipv4/tcp_challenge_ack_limit", "2147483647", FALSE },
  /* Probing for the path's MTU is a guess by timers; the loopback has none to find. */
  { "net/ipv4/tcp_mtu_probing", "0", FALSE },

  /* Longer than any run lasts in real time: an orphan in FIN_WAIT2 is ended by the virtual clock,
   * not by the kernel's. Linux's default, which the profile "linux" shows. */
  { "net/ipv4/tcp_fin_timeout", "60", FALSE },
  /* Cookies would let handshakes through that a full backlog is to refuse, by a rate on the real
     clock. */
  { "net/ipv4/tcp_syncookies", "0", FALSE },
  /* By default (2) a connection over the loopback may take over a TIME_WAIT that is a real second
     old. */
  { "net/ipv4/tcp_tw_reuse", "0", FALSE },
  /* What RST does to a TIME_WAIT, and what a full backlog does to a client, are Linux's defaults.
   */
  { "net/ipv4/tcp_rfc1337", "0", FALSE },
  { "net/ipv4/tcp_abort_on_overflow", "0", FALSE },
  /* A SYN that was dropped is sent again after 1, 2, 4 s (RFC 6298). Since Linux 6.5 the first four
   * come a second apart; that is not so on Linux 6.1, and a run does what RFC 6298 says. */
  { "net/ipv4/tcp_syn_linear_timeouts", "0", TRUE },
  /* Out of the way of the ports that a run binds explicitly, from 40000 on. One end even and one
   * odd: else the kernel writes a warning to its log, which with a serial console takes a
   * millisecond. */
  { "net/ipv4/ip_local_port_range", "61000 64999", FALSE },
  /* The largest backlog that a script may ask for; the kernel's default since 5.4. */
  { "net/core/somaxconn", "4096", FALSE },

  /* IPv6 may be disabled on the host, and new namespaces can be told to take that over. Written
   * before lo comes up, which then has ::1 at once: no duplicate address detection on a loopback.
   */
  { "net/ipv6/conf/all/disable_ipv6", "0", TRUE },
  { "net/ipv6/conf/lo/disable_ipv6", "0", TRUE },
  /* A random number in each IPv6 header of a connection. */
  { "net/ipv6/auto_flowlabels", "0", TRUE },
  /* "::" takes IPv4 clients too, whatever was taken over from the host. */
  { "net/ipv6/bindv6only", "0", TRUE },
};

static gboolean is_entered;
static gboolean allows_capture;

/* Facts about the machine are collected when they are needed, that is, after a no. */
static gboolean
report (ReboundIsolationStep step, int result, const char *detail, GError **error)
{
  ReboundIsolationFacts facts;
  g_autofree char *message = NULL;

  if (result >= 0)
    return TRUE;

  rebound_isolation_facts_collect (&facts);
  message = rebound_refusal_explain (step, -result, &facts, detail);
  g_set_error_literal (error, REBOUND_ISOLATION_ERROR, rebound_refusal_classify (step, -result),
                       message);
  return FALSE;
}

/* Namespaces belong to threads: one that was there before would stay outside (the kernel refuses
 * that for a user namespace, with an EINVAL that says nothing). */
static gboolean
check_single_thread (GError **error)
{
  DIR *tasks = opendir ("/proc/self/task");
  guint n_threads = 0;

  if (tasks == NULL)
    return report (REBOUND_ISOLATION_STEP_COUNT_THREADS, -errno, NULL, error);
  for (struct dirent *entry = readdir (tasks); entry != NULL; entry = readdir (tasks))
    n_threads += g_ascii_isdigit (entry->d_name[0]);
  closedir (tasks);
  if (n_threads <= 1)
    return TRUE;

  g_set_error (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_TOO_LATE,
               "cannot isolate the run: the process already has %u threads; "
               "rebound_isolation_enter() is to be called before the first is started",
               n_threads);
  return FALSE;
}

static int
write_file (const char *path, const char *text)
{
  int result = 0;
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return -errno;
  if (write (fd, text, strlen (text)) < 0)
    result = -errno;
  close (fd);
  return result;
}

static gboolean
write_id_map (ReboundIsolationStep step, const char *path, guint id, GError **error)
{
  g_autofree char *map = g_strdup_printf ("%u %u 1", id, id);

  return report (step, write_file (path, map), NULL, error);
}

/* The user stays who he is: one identity is mapped to itself, for root as for anybody else. Without
 * a map of our own the files that we own would seem to be nobody's. */
static gboolean
enter_namespaces (GError **error)
{
  /* Read before they are the overflow identity, which they are until the maps are written. */
  uid_t user = geteuid ();
  gid_t group = getegid ();
  int result = unshare (CLONE_NEWUSER | CLONE_NEWNET) < 0 ? -errno : 0;

  /* An ordinary user may map a group only once he has given up setgroups(), by which he could shed
   * one that is there to keep him out. */
  return report (REBOUND_ISOLATION_STEP_UNSHARE, result, NULL, error)
         && report (REBOUND_ISOLATION_STEP_SETGROUPS, write_file ("/proc/self/setgroups", "deny"),
                    NULL, error)
         && write_id_map (REBOUND_ISOLATION_STEP_UID_MAP, "/proc/self/uid_map", user, error)
         && write_id_map (REBOUND_ISOLATION_STEP_GID_MAP, "/proc/self/gid_map", group, error);
}

static gboolean
enter_small_tables (GError **error)
{
  int result = rebound_sysctl_try_write ("net/ipv4/tcp_child_ehash_entries", SMALL_TABLE_ENTRIES);

  /* Before 6.1 a run shares the host's big table; it is slower, and the same. */
  if (result == -ENOENT)
    return TRUE;
  if (!report (REBOUND_ISOLATION_STEP_SMALL_TABLES, result, NULL, error))
    return FALSE;
  rebound_silent_listener_prepare ();
  result = unshare (CLONE_NEWNET) < 0 ? -errno : 0;
  return report (REBOUND_ISOLATION_STEP_UNSHARE_AGAIN, result, NULL, error);
}

/* The loopback's packets are queued for the CPU that sends them; on one CPU there is one order.
 * Which CPU is the scheduler's choice, so that runs side by side have different ones. */
static gboolean
pin (GError **error)
{
  int cpu = sched_getcpu ();
  cpu_set_t *cpus;
  gsize size_bytes;
  int result;

  if (cpu < 0)
    return report (REBOUND_ISOLATION_STEP_PIN, -errno, NULL, error);

  cpus = CPU_ALLOC (cpu + 1);
  size_bytes = CPU_ALLOC_SIZE (cpu + 1);
  CPU_ZERO_S (size_bytes, cpus);
  CPU_SET_S (cpu, size_bytes, cpus);
  result = sched_setaffinity (0, size_bytes, cpus) < 0 ? -errno : 0;
  CPU_FREE (cpus);
  return report (REBOUND_ISOLATION_STEP_PIN, result, NULL, error);
}

/* A shell's soft limit is 1,024 on most machines, for the sake of select(), which nothing here
 * uses; a run with a thousand connections would fail there and nowhere else. The hard limit is the
 * administrator's; where there is less to be had, or a tool such as valgrind has its own idea, what
 * there is has to do. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return;
  limit.rlim_cur = MIN (N_DESCRIPTORS, limit.rlim_max);
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
write_settings (GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      int result = rebound_sysctl_try_write (settings[i].name, settings[i].value);

      if (result == -ENOENT && settings[i].is_optional)
        continue;
      if (!report (REBOUND_ISOLATION_STEP_SYSCTL, result, settings[i].name, error))
        return FALSE;
    }
  return TRUE;
}

/* CAP_NET_ADMIN stays effective, for SOCK_DESTROY, the link and the values under /proc/sys/net; and
 * where packets are wanted CAP_NET_RAW, for a packet socket at the start of each run. Either is
 * over this namespace alone, in which there is a loopback and nobody else's packet. Nothing can be
 * handed on by exec: the bounding set is empty, so that a child of root's run and one of a user's
 * have the same powers, none. It takes CAP_SETPCAP to empty that set; the other capabilities go
 * after it. */
static int
drop_capabilities (void)
{
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
  const guint32 kept
      = CAP_TO_MASK (CAP_NET_ADMIN) | (allows_capture ? CAP_TO_MASK (CAP_NET_RAW) : 0);

  /* Reading fails for the first number that this kernel has no capability for. */
  for (int capability = 0; prctl (PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (prctl (PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
      return -errno;
  if (prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
    return -errno;

  data[CAP_TO_INDEX (CAP_NET_ADMIN)].effective = kept;
  data[CAP_TO_INDEX (CAP_NET_ADMIN)].permitted = kept;
  if (syscall (SYS_capset, &header, data) < 0)
    return -errno;
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return -errno;
  return 0;
}

void
rebound_isolation_allow_capture (void)
{
  g_return_if_fail (!is_entered);

  allows_capture = TRUE;
}

gboolean
rebound_isolation_enter (GError **error)
{
  if (is_entered)
    return TRUE;

  is_entered
      = check_single_thread (error) && enter_namespaces (error) && enter_small_tables (error)
        && pin (error) && write_settings (error)
        && report (REBOUND_ISOLATION_STEP_LOOPBACK_UP, rebound_routes_set_loopback_up (TRUE), NULL,
                   error)
        && report (REBOUND_ISOLATION_STEP_ROUTES, rebound_routes_acknowledge_at_once (), NULL,
                   error)
        && report (REBOUND_ISOLATION_STEP_DROP_CAPABILITIES, drop_capabilities (), NULL, error);
  raise_descriptor_limit ();
  return is_entered;
}

gboolean
rebound_isolation_is_entered (void)
{
  return is_entered;
}
