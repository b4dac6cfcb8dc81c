/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does it cost to ask the kernel of one socket among 10,000? Ours knows its two ends and its
 * cookie, and asks for that one (inet_diag without a dump). `ss` is a process that has the kernel
 * list the sockets and filter them; its CPU's time is counted whole, and so is its start. A dump by
 * system calls lists all of them, and looks at none. */

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "net/rebound-socket-diag-private.h"
#include "net/rebound.h"

#define N_ROUNDS 15

/* Two sockets each. */
#define N_PAIRS 5000

/* Look-ups a round where one takes microseconds. */
#define N_LOOKUPS 500

/* As libmnl has it: a page. */
#define ANSWER_BYTES 8192

typedef struct
{
  ReboundSocketDiag *diag;
  ReboundTuple tuple;
  guint64 cookie;
  char *filter; /* ss's */
} Target;

/* -- by system calls -- */

typedef struct
{
  struct nlmsghdr header;
  struct inet_diag_req_v2 request;
} Question;

static int
open_netlink (void)
{
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

  if (fd < 0)
    g_error ("netlink: %m");
  return fd;
}

static void
ask (int fd, const Target *target, guint16 flags)
{
  const ReboundTuple *tuple = &target->tuple;
  Question question = {
    .header = { sizeof question, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | flags, 1, 0 },
    .request = { .sdiag_family = AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = 1 << TCP_ESTABLISHED,
                 .id = { tuple->local_port,
                         tuple->remote_port,
                         { tuple->local_address[0] },
                         { tuple->remote_address[0] },
                         0,
                         { (guint32) target->cookie, (guint32) (target->cookie >> 32) } } },
  };

  if (flags != 0)
    question.request.id = (struct inet_diag_sockid){ 0 };
  if (send (fd, &question, sizeof question, 0) != sizeof question)
    g_error ("netlink: %m");
}

static void
look_up_raw (gconstpointer data, BenchTime *time)
{
  int fd = open_netlink ();

  bench_start (time);
  for (guint i = 0; i < N_LOOKUPS; i++)
    {
      char answer[ANSWER_BYTES];

      ask (fd, data, 0);
      if (recv (fd, answer, sizeof answer, 0) < (ssize_t) sizeof (struct inet_diag_msg))
        g_error ("netlink: %m");
    }
  bench_stop (time);
  close (fd);
}

/* The last message of a dump has a datagram to itself. */
static void
dump_raw (gconstpointer data, BenchTime *time)
{
  char answer[ANSWER_BYTES];
  const struct nlmsghdr *first = (const struct nlmsghdr *) answer;
  int fd = open_netlink ();

  bench_start (time);
  ask (fd, data, NLM_F_DUMP);
  do
    if (recv (fd, answer, sizeof answer, 0) < 0)
      g_error ("netlink: %m");
  while (first->nlmsg_type != NLMSG_DONE);
  bench_stop (time);
  close (fd);
  time->wall_nsec *= N_LOOKUPS;
  time->cpu_nsec *= N_LOOKUPS;
}

/* -- ours -- */

static void
look_up (gconstpointer data, BenchTime *time)
{
  const Target *target = data;
  ReboundSocketInfo info;

  bench_start (time);
  for (guint i = 0; i < N_LOOKUPS; i++)
    if (rebound_socket_diag_look_up (target->diag, &target->tuple, target->cookie, &info) != 0
        || info.state != TCP_ESTABLISHED)
      g_error ("it was not found");
  bench_stop (time);
}

/* -- ss -- */

static gint64
usage_nsec (const struct rusage *usage)
{
  return ((usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * G_USEC_PER_SEC
          + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec)
         * 1000;
}

static void
run_ss (gconstpointer data, BenchTime *time)
{
  const Target *target = data;
  char *const argv[] = { "ss", "-tnH", target->filter, NULL };
  char *const envp[] = { NULL };
  posix_spawn_file_actions_t actions;
  struct rusage usage;
  int fds[2], status;
  char line[512];
  pid_t pid;

  if (pipe (fds) < 0)
    g_error ("pipe: %m");
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, fds[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np (&actions, STDERR_FILENO + 1);
  bench_start (time);
  if (posix_spawnp (&pid, "ss", &actions, NULL, argv, envp) != 0
      || wait4 (pid, &status, 0, &usage) != pid || status != 0)
    g_error ("ss failed");
  bench_stop (time);
  time->cpu_nsec += usage_nsec (&usage);
  if (read (fds[0], line, sizeof line) <= 0)
    g_error ("ss has found nothing");
  posix_spawn_file_actions_destroy (&actions);
  close (fds[0]);
  close (fds[1]);
  time->wall_nsec *= N_LOOKUPS;
  time->cpu_nsec *= N_LOOKUPS;
}

static char *
dup_ss_version (void)
{
  g_autofree char *text = NULL;

  if (!g_spawn_command_line_sync ("ss -V", &text, NULL, NULL, NULL))
    return NULL;
  return g_strstrip (g_strdup (text));
}

int
main (int argc, char **argv)
{
  static const BenchWay ways[] = { { "inet_diag by system calls, that socket", look_up_raw },
                                   { "rebound_socket_diag_look_up ()", look_up },
                                   { "inet_diag by system calls, a dump of all", dump_raw },
                                   { "ss, a process, with a filter by ports", run_ss } };
  g_autofree char *version = dup_ss_version ();
  g_autofree int *fds = g_new (int, N_PAIRS);
  g_autofree int *peer_fds = g_new (int, N_PAIRS);
  g_autoptr (ReboundSocketDiag) diag = NULL;
  g_autoptr (GError) error = NULL;
  Target target;

  bench_begin (argc, argv, version != NULL ? version : "no ss here");
  if (!bench_raise_descriptor_limit (2 * N_PAIRS + 100))
    return 77;
  if (!rebound_isolation_enter (&error) || (diag = rebound_socket_diag_new (&error)) == NULL)
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  bench_open_pairs (fds, peer_fds, N_PAIRS);
  target = (Target){ .diag = diag, .cookie = rebound_socket_cookie (fds[N_PAIRS / 2]) };
  rebound_tuple_from_descriptor (fds[N_PAIRS / 2], &target.tuple);
  target.filter = g_strdup_printf ("sport = :%u and dport = :%u", ntohs (target.tuple.local_port),
                                   ntohs (target.tuple.remote_port));
  bench_compare ("One socket among 10,000: its state", BENCH_TIME_OF_ONE, ways,
                 G_N_ELEMENTS (ways) - (version != NULL ? 0 : 1), &target, N_ROUNDS, N_LOOKUPS);
  g_free (target.filter);
  return 0;
}
