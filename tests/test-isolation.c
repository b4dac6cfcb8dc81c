/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "net/rebound-isolation.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-sysctl-private.h"

/* A listener on the host's loopback, made before isolation was entered, and who we were then. */
static int host_listener;
static guint16 host_port;
static uid_t host_user;
static gid_t host_group;

static char *
read_status (const char *field)
{
  g_autofree char *status = NULL;
  g_autofree char *start = g_strdup_printf ("\n%s:\t", field);
  const char *value;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  value = strstr (status, start);
  g_assert_nonnull (value);
  value += strlen (start);
  return g_strndup (value, strcspn (value, "\n"));
}

static guint64
read_capabilities (const char *field)
{
  g_autofree char *value = read_status (field);

  return g_ascii_strtoull (value, NULL, 16);
}

static void
test_capabilities (void)
{
  g_autofree char *no_new_privileges = read_status ("NoNewPrivs");
  const guint64 net_admin = 1 << CAP_NET_ADMIN;

  g_test_summary ("CAP_NET_ADMIN is held, nothing else is, and nothing can be had by exec");
  g_assert_cmphex (read_capabilities ("CapEff"), ==, net_admin);
  g_assert_cmphex (read_capabilities ("CapPrm"), ==, net_admin);
  g_assert_cmphex (read_capabilities ("CapInh"), ==, 0);
  g_assert_cmphex (read_capabilities ("CapAmb"), ==, 0);
  g_assert_cmphex (read_capabilities ("CapBnd"), ==, 0);
  g_assert_cmpstr (no_new_privileges, ==, "1");

  g_assert_cmpint (unshare (CLONE_NEWNET), ==, -1);
  assert_errno (-errno, EPERM);
  g_assert_cmpint (socket (AF_INET, SOCK_RAW, IPPROTO_TCP), ==, -1);
  assert_errno (-errno, EPERM);
}

static void
test_identity (void)
{
  g_test_summary ("the user is who he was, and may look at himself under /proc");
  g_assert_cmpuint (geteuid (), ==, host_user);
  g_assert_cmpuint (getegid (), ==, host_group);
  g_assert_cmpint (prctl (PR_GET_DUMPABLE, 0, 0, 0, 0), ==, 1);
  g_assert_no_errno (access ("/proc/self/environ", R_OK));
}

static void
test_one_cpu (void)
{
  g_autofree char *cpus = read_status ("Cpus_allowed_list");

  g_test_summary ("the process stays on the one CPU it is on");
  /* A list of several would have a comma or a dash. */
  g_assert_cmpuint (strspn (cpus, "0123456789"), ==, strlen (cpus));
  g_assert_cmpint (g_ascii_strtoll (cpus, NULL, 10), ==, sched_getcpu ());
}

static void
test_loopback (gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  guint16 port = kernel_test_new_port ();
  struct ifreq request = { .ifr_name = "lo" };
  int listener, client;

  g_test_summary ("lo is up and takes a connection at once, for IPv6 too");
  listener = raw_listen (family, port, FALSE, 1);
  g_assert_no_errno (ioctl (listener, SIOCGIFFLAGS, &request));
  g_assert_cmpint (request.ifr_flags & IFF_UP, ==, IFF_UP);
  client = raw_connect (family, port, 0);
  raw_close (raw_accept (listener));
  raw_close (client);
  raw_close (listener);
}

static void
test_host_is_out_of_reach (void)
{
  int client = raw_socket (AF_INET);

  g_test_summary ("the host's loopback cannot be reached, and its ports are free here");
  assert_errno (-raw_try_connect (client, AF_INET, host_port), ECONNREFUSED);
  assert_errno (raw_try_accept (host_listener), EAGAIN);
  raw_close (client);
  raw_close (raw_listen (AF_INET, host_port, FALSE, 1));
}

static void
test_settings (void)
{
  static const struct
  {
    const char *name;
    const char *value;
  } cases[] = {
    { "net/ipv4/tcp_ehash_entries", "4096" },
    { "net/ipv4/tcp_max_tw_buckets", "131072" },
    { "net/ipv4/tcp_max_syn_backlog", "2048" },
    { "net/ipv4/tcp_moderate_rcvbuf", "0" },
    { "net/ipv4/tcp_rmem", "4096\t131072\t6291456" },
    { "net/ipv4/tcp_wmem", "4096\t16384\t4194304" },
    { "net/ipv4/tcp_congestion_control", "reno" },
    { "net/ipv4/tcp_slow_start_after_idle", "0" },
    { "net/ipv4/tcp_no_metrics_save", "1" },
    { "net/ipv4/tcp_timestamps", "0" },
    { "net/ipv4/tcp_autocorking", "0" },
    { "net/ipv4/tcp_early_retrans", "0" },
    { "net/ipv4/tcp_invalid_ratelimit", "0" },
    { "net/ipv4/tcp_fin_timeout", "60" },
    { "net/ipv4/tcp_syncookies", "0" },
    { "net/ipv4/tcp_tw_reuse", "0" },
    { "net/ipv4/tcp_rfc1337", "0" },
    { "net/ipv4/tcp_abort_on_overflow", "0" },
    { "net/ipv4/ip_local_port_range", "61000\t64999" },
    { "net/core/somaxconn", "4096" },
    { "net/ipv6/conf/lo/disable_ipv6", "0" },
  };

  g_test_summary ("what packets and their timing depend on is the same whatever the host has");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *value = rebound_sysctl_read (cases[i].name, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, cases[i].value);
    }
}

static void
test_sysctl (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;

  g_test_summary ("values can still be written when all but CAP_NET_ADMIN is gone; errors name "
                  "value and errno");
  g_assert_true (rebound_sysctl_write ("net/ipv4/ip_local_port_range", "62000 62001", &error));
  g_assert_no_error (error);
  value = rebound_sysctl_read ("net/ipv4/ip_local_port_range", &error);
  g_assert_cmpstr (value, ==, "62000\t62001");
  g_assert_true (rebound_sysctl_write ("net/ipv4/ip_local_port_range", "61000 64999", &error));

  g_assert_false (rebound_sysctl_write ("net/ipv4/ip_local_port_range", "nonsense", &error));
  g_assert_nonnull (strstr (error->message, "net/ipv4/ip_local_port_range"));
  g_assert_nonnull (strstr (error->message, "EINVAL"));
  g_clear_error (&error);
  g_assert_null (rebound_sysctl_read ("net/ipv4/no_such_value", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "ENOENT"));
}

static void
test_twice (void)
{
  g_autofree char *before = g_file_read_link ("/proc/self/ns/net", NULL);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("entering a second time changes nothing");
  g_assert_true (rebound_isolation_is_entered ());
  g_assert_true (rebound_isolation_enter (&error));
  g_assert_no_error (error);
  after = g_file_read_link ("/proc/self/ns/net", NULL);
  g_assert_nonnull (before);
  g_assert_cmpstr (before, ==, after);
}

/* Refusals as they really come, each in a process of its own that has not entered. */

static GMutex hold;

static gpointer
wait_for_hold (gpointer data)
{
  g_mutex_lock (&hold);
  g_mutex_unlock (&hold);
  return NULL;
}

static void
play_thread (void)
{
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_mutex_lock (&hold);
  thread = g_thread_new ("other", wait_for_hold, NULL);
  g_assert_false (rebound_isolation_enter (&error));
  g_assert_error (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_TOO_LATE);
  g_assert_nonnull (strstr (error->message, " threads; "));
  g_assert_false (rebound_isolation_is_entered ());
  g_mutex_unlock (&hold);
  g_thread_join (thread);
  /* The kernel takes the thread out of /proc some time after the join; that is not what is tested
   * here. */
}

static void
play_limit (void)
{
  g_autoptr (GError) error = NULL;

  /* The limit of a user namespace below the present one is ours to set. */
  g_assert_no_errno (unshare (CLONE_NEWUSER));
  g_assert_cmpint (rebound_sysctl_try_write ("user/max_user_namespaces", "0"), ==, 0);
  g_assert_false (rebound_isolation_enter (&error));
  g_assert_error (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "ENOSPC; user.max_user_namespaces is 0"));
  g_assert_false (rebound_isolation_is_entered ());
}

static void
play_seccomp_filter (void)
{
  struct sock_filter program[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = { .len = G_N_ELEMENTS (program), .filter = program };
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  g_assert_no_errno (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0));
  g_assert_false (rebound_isolation_enter (&error));
  g_assert_error (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "was refused: EPERM"));
}

static void
test_in_process_of_its_own (gconstpointer data)
{
  void (*play) (void) = data;

  if (g_test_subprocess ())
    {
      play ();
      return;
    }
  g_test_summary ("entering is refused with the reason");
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
listen_on_host (void)
{
  int client;

  host_user = geteuid ();
  host_group = getegid ();
  g_assert_false (rebound_isolation_is_entered ());
  host_listener = raw_listen (AF_INET, 0, FALSE, 1);
  host_port = raw_port (host_listener);

  /* It can be reached from where it is. */
  client = raw_connect (AF_INET, host_port, 0);
  raw_close (raw_accept (host_listener));
  raw_close (client);
}

static void
add_inside_tests (void)
{
  g_test_add_func ("/isolation/capabilities", test_capabilities);
  g_test_add_func ("/isolation/identity", test_identity);
  g_test_add_func ("/isolation/one-cpu", test_one_cpu);
  g_test_add_data_func ("/isolation/loopback/ipv4", GINT_TO_POINTER (AF_INET), test_loopback);
  g_test_add_data_func ("/isolation/loopback/ipv6", GINT_TO_POINTER (AF_INET6), test_loopback);
  g_test_add_func ("/isolation/host-is-out-of-reach", test_host_is_out_of_reach);
  g_test_add_func ("/isolation/settings", test_settings);
  g_test_add_func ("/isolation/sysctl", test_sysctl);
  g_test_add_func ("/isolation/twice", test_twice);
}

int
main (int argc, char **argv)
{
  gboolean is_inside = FALSE;

  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    {
      listen_on_host ();
      is_inside = kernel_test_enter ();
    }

  g_test_add_data_func ("/isolation/too-late", play_thread, test_in_process_of_its_own);
  g_test_add_data_func ("/isolation/refused/seccomp-filter", play_seccomp_filter,
                        test_in_process_of_its_own);
  if (is_inside || g_test_subprocess ())
    g_test_add_data_func ("/isolation/refused/limit", play_limit, test_in_process_of_its_own);
  if (is_inside)
    add_inside_tests ();
  return g_test_run ();
}
