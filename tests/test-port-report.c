/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every way to have a port × its options × its address × ours, judged by the facts and held against
 * what bind () says. */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-port-report-private.h"

typedef struct
{
  const char *address;
  gboolean v6only; /* is asked for */
  const char *via; /* the address by which a client comes */
} Where;

/* "::" stands there for each way in, and both ways of IPV6_V6ONLY. */
static const Where wheres[] = {
  { "127.0.0.1", FALSE, "127.0.0.1" },
  { "0.0.0.0", FALSE, "127.0.0.1" },
  { "::", FALSE, "127.0.0.1" },
  { "::", FALSE, "::1" },
  { "::", TRUE, "::1" },
  { "::1", FALSE, "::1" },
  { "::ffff:127.0.0.1", FALSE, "127.0.0.1" },
  { "127.0.0.2", FALSE, "127.0.0.2" },
};

typedef enum
{
  WAY_LISTENING,
  WAY_BOUND,
  WAY_BACKLOG,
  WAY_ESTABLISHED,
  WAY_CLOSE_WAIT,
  WAY_HALF_CLOSED,
  WAY_FIN_WAIT2,
  WAY_TIME_WAIT,
} Way;

static const struct
{
  Way way;
  ReboundPortHold hold;
  guint state;
} ways[] = {
  { WAY_LISTENING, REBOUND_PORT_HOLD_LISTENING, TCP_LISTEN },
  { WAY_BOUND, REBOUND_PORT_HOLD_BOUND, 13 },
  { WAY_BACKLOG, REBOUND_PORT_HOLD_LISTENING, TCP_LISTEN },
  { WAY_ESTABLISHED, REBOUND_PORT_HOLD_CONNECTION, TCP_ESTABLISHED },
  { WAY_CLOSE_WAIT, REBOUND_PORT_HOLD_CONNECTION, TCP_CLOSE_WAIT },
  { WAY_HALF_CLOSED, REBOUND_PORT_HOLD_FIN_WAIT2, TCP_FIN_WAIT2 },
  { WAY_FIN_WAIT2, REBOUND_PORT_HOLD_FIN_WAIT2, TCP_FIN_WAIT2 },
  { WAY_TIME_WAIT, REBOUND_PORT_HOLD_TIME_WAIT, TCP_TIME_WAIT },
};

/* Who has the port, and what of it is open. */
typedef struct
{
  const Where *where;
  Way way;
  ReboundPortOption option;
  guint16 port;
  gboolean v6only; /* is so */
  int listener, client, server;
} Holding;

/* A socket bound to @where, or the negative errno. */
static int
bind_to (const Where *where, guint16 port, ReboundPortOption option, gboolean *v6only)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (where->address, port);
  struct sockaddr_storage native;
  socklen_t size_bytes = (socklen_t) g_socket_address_get_native_size (address);
  int fd, is_v6only = 0;

  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  fd = raw_socket (native.ss_family);
  raw_set_option (fd, SOL_SOCKET, SO_REUSEADDR, option == REBOUND_PORT_REUSE_ADDRESS);
  raw_set_option (fd, SOL_SOCKET, SO_REUSEPORT, option == REBOUND_PORT_REUSE_PORT);
  if (native.ss_family == AF_INET6)
    raw_set_option (fd, IPPROTO_IPV6, IPV6_V6ONLY, where->v6only);
  if (bind (fd, (struct sockaddr *) &native, size_bytes) < 0)
    {
      int error_number = errno;

      close (fd);
      return -error_number;
    }
  size_bytes = sizeof is_v6only;
  if (native.ss_family == AF_INET6)
    g_assert_no_errno (getsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &is_v6only, &size_bytes));
  if (v6only != NULL)
    *v6only = is_v6only != 0;
  return fd;
}

static int
connect_to (const char *via, guint16 port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (via, port);
  struct sockaddr_storage native;
  socklen_t size_bytes = (socklen_t) g_socket_address_get_native_size (address);
  int fd;

  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  fd = raw_socket (native.ss_family);
  if (connect (fd, (struct sockaddr *) &native, size_bytes) < 0)
    assert_errno (-errno, EINPROGRESS);
  kernel_test_settle ();
  assert_state (rebound_socket_state (fd), TCP_ESTABLISHED);
  return fd;
}

static void
close_one (int *fd)
{
  if (*fd >= 0)
    raw_close (*fd);
  *fd = -1;
}

/* From the accepted connection on, without the listener. */
static void
go_on (Holding *self)
{
  self->server = raw_accept (self->listener);
  close_one (&self->listener);
  if (self->way == WAY_CLOSE_WAIT)
    g_assert_no_errno (shutdown (self->client, SHUT_WR));
  else if (self->way == WAY_HALF_CLOSED)
    g_assert_no_errno (shutdown (self->server, SHUT_WR));
  else if (self->way >= WAY_FIN_WAIT2)
    close_one (&self->server);
  kernel_test_settle ();
  if (self->way == WAY_TIME_WAIT)
    close_one (&self->client);
}

static void
hold (Holding *self, const Where *where, Way way, ReboundPortOption option)
{
  *self = (Holding){ where, way, option, kernel_test_new_port (), FALSE, -1, -1, -1 };
  self->listener = bind_to (where, self->port, option, &self->v6only);
  g_assert_cmpint (self->listener, >=, 0);
  if (way != WAY_BOUND)
    g_assert_no_errno (listen (self->listener, 5));
  if (way >= WAY_BACKLOG)
    self->client = connect_to (where->via, self->port);
  if (way > WAY_BACKLOG)
    go_on (self);
}

static void
let_go (Holding *self)
{
  close_one (&self->listener);
  close_one (&self->client);
  close_one (&self->server);
}

/* What there is to be seen on the port, its options by pidfd_getfd(). */
static ReboundPortReport *
look_at (const Holding *self)
{
  static const sa_family_t families[] = { AF_INET, AF_INET6 };
  ReboundPortReport *report = rebound_port_report_alloc (self->port, REBOUND_PORT_PLAIN);

  report->sees_bound = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) infos = rebound_socket_diag_dump (kernel_test_diag (), families[i],
                                                           self->port, G_MAXUINT32, &error);

      g_assert_no_error (error);
      for (guint j = 0; j < infos->len; j++)
        g_ptr_array_add (report->holders,
                         rebound_port_holder_new (&g_array_index (infos, ReboundSocketInfo, j)));
    }
  return report;
}

/* What no table tells, from who knows. */
static void
tell_all (const Holding *self, ReboundPortReport *report)
{
  for (guint i = 0; i < report->holders->len; i++)
    {
      ReboundPortHolder *holder = report->holders->pdata[i];

      if (g_inet_address_get_family (holder->address) == G_SOCKET_FAMILY_IPV6)
        {
          if (holder->v6only != REBOUND_PORT_UNSEEN)
            g_assert_cmpint (holder->v6only, ==, self->v6only);
          holder->v6only = self->v6only;
        }
      holder->reuse_address = self->option == REBOUND_PORT_REUSE_ADDRESS;
      holder->reuse_port = self->option == REBOUND_PORT_REUSE_PORT;
    }
}

/* The judgement of all holders together; "?" where one fact was missing. */
static const char *
predict (const ReboundPortReport *report, const ReboundPortTry *ours, ReboundPortOption option)
{
  ReboundPortAnswer worst = REBOUND_PORT_NO;

  for (guint i = 0; i < report->holders->len; i++)
    {
      ReboundPortAnswer stands
          = rebound_port_stands (report->holders->pdata[i], ours, option, report->uid);

      if (stands != REBOUND_PORT_NO && worst != REBOUND_PORT_YES)
        worst = stands;
    }
  return worst == REBOUND_PORT_YES ? "EADDRINUSE" : worst == REBOUND_PORT_NO ? "none" : "?";
}

/* Each bind meets a port that nobody has tried before: the kernel remembers one with SO_REUSEPORT.
 */
static void
compare (const Holding *holding, const Where *ours, ReboundPortOption option)
{
  Holding self;
  g_autoptr (ReboundPortReport) report = NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (ours->address);
  ReboundPortTry *attempt = rebound_port_try_new (address);
  const char *predicted, *seen;
  int fd;

  hold (&self, holding->where, holding->way, holding->option);
  report = look_at (&self);
  tell_all (&self, report);
  g_ptr_array_add (report->tries, attempt);
  attempt->v6only = ours->v6only;
  predicted = predict (report, attempt, option);
  fd = bind_to (ours, self.port, option, NULL);
  seen = rebound_errno_name (MAX (-fd, 0));
  if (fd >= 0)
    close (fd);
  if (g_strcmp0 (predicted, seen) != 0)
    g_test_fail_printf ("way %d, %s%s via %s with option %d; ours %s%s with %u: %s, not %s",
                        self.way, self.where->address, self.v6only ? " (v6only)" : "",
                        self.where->via, self.option, ours->address,
                        ours->v6only ? " (v6only)" : "", option, seen, predicted);
  let_go (&self);
}

static void
for_each_holding (void (*check) (const Holding *holding))
{
  for (gsize i = 0; i < G_N_ELEMENTS (wheres); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ways); j++)
      for (guint option = 0; option < REBOUND_PORT_N_OPTIONS; option++)
        {
          Holding holding;

          hold (&holding, &wheres[i], ways[j].way, option);
          check (&holding);
          let_go (&holding);
        }
}

static void
check_prediction (const Holding *holding)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wheres); i++)
    for (guint option = 0; option < REBOUND_PORT_N_OPTIONS; option++)
      compare (holding, &wheres[i], option);
}

static void
test_prediction (void)
{
  g_test_summary ("who stands in whose way is what bind () says, in every state, with each option, "
                  "for each pair of addresses");
  for_each_holding (check_prediction);
}

static void
check_hold (const Holding *holding)
{
  g_autoptr (ReboundPortReport) report = look_at (holding);
  const ReboundPortHolder *holder;
  gboolean is_remainder = holding->way >= WAY_FIN_WAIT2;

  for (guint i = 0; i < report->holders->len; i++)
    if (((ReboundPortHolder *) report->holders->pdata[i])->hold != REBOUND_PORT_HOLD_BACKLOG)
      g_ptr_array_insert (report->holders, 0, g_ptr_array_steal_index (report->holders, i));
  g_assert_cmpuint (report->holders->len, ==, holding->way == WAY_BACKLOG ? 2 : 1);
  holder = report->holders->pdata[0];
  g_assert_cmpint (holder->hold, ==, ways[holding->way].hold);
  assert_state (holder->state, ways[holding->way].state);
  g_assert_cmpuint (holder->backlog, ==, holding->way == WAY_BACKLOG ? 1 : 0);
  g_assert_cmpint (holder->inode != 0, ==, !is_remainder);
  if (is_remainder) /* 60 s: TCP_TIMEWAIT_LEN, and tcp_fin_timeout as isolation sets it */
    g_assert_cmpint (holder->time_left_usec, >, 0);
  g_assert_cmpint (holder->time_left_usec, <=, is_remainder ? 60 * G_USEC_PER_SEC : -1);
}

static void
test_holds (void)
{
  g_test_summary ("how a socket has the port, what waits in its backlog, and for how long the "
                  "kernel keeps it");
  for_each_holding (check_hold);
}

static void
check_owner (const Holding *holding)
{
  g_autoptr (ReboundPortReport) report = look_at (holding);

  rebound_socket_owner_find (report);
  for (guint i = 0; i < report->holders->len; i++)
    {
      const ReboundPortHolder *holder = report->holders->pdata[i];
      const ReboundPortProcess *process;

      if (holder->inode == 0)
        {
          g_assert_cmpuint (holder->processes->len, ==, 0);
          g_assert_cmpint (holder->reuse_address, ==, REBOUND_PORT_UNSEEN);
          continue;
        }
      g_assert_cmpuint (holder->processes->len, ==, 1);
      process = holder->processes->pdata[0];
      g_assert_cmpint (process->pid, ==, getpid ());
      g_assert_nonnull (strstr (process->command, "test-port-report"));
      g_assert_cmpint (holder->reuse_address, ==, holding->option == REBOUND_PORT_REUSE_ADDRESS);
      g_assert_cmpint (holder->reuse_port, ==, holding->option == REBOUND_PORT_REUSE_PORT);
    }
  g_assert_cmpuint (report->unseen->len, ==, 0);
}

static void
test_owners (void)
{
  g_test_summary ("a socket's process is found by its inode, and its options by pidfd_getfd");
  for_each_holding (check_owner);
}

/* Nobody is told of the options; the tries of all addresses are made. */
static void
check_inference (const Holding *holding)
{
  g_autoptr (ReboundPortReport) report = look_at (holding);
  const ReboundPortHolder *holder;

  if (holding->way == WAY_BACKLOG) /* two unknown at once: one of them cannot be told */
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (wheres); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (wheres[i].address);
      ReboundPortTry *attempt = rebound_port_try_new (address);

      g_ptr_array_add (report->tries, attempt);
      rebound_port_try_bind (attempt, holding->port);
    }
  rebound_port_report_judge (report);
  holder = report->holders->pdata[0];
  if (holding->way != WAY_LISTENING) /* a listener's option makes no difference */
    g_assert_cmpint (holder->reuse_address, ==, holding->option == REBOUND_PORT_REUSE_ADDRESS);
  g_assert_cmpint (holder->reuse_port, ==, REBOUND_PORT_UNSEEN);
  if (g_str_equal (holding->where->via, "::1"))
    g_assert_cmpint (holder->v6only, ==, holding->v6only);
  g_assert_false (report->is_free);
  g_assert_cmpint (holder->in_the_way[REBOUND_PORT_PLAIN], ==, REBOUND_PORT_YES);
  g_assert_nonnull (holder->rule);
  g_assert_nonnull (report->fix);
}

static void
test_inference (void)
{
  g_test_summary ("an option that cannot be seen follows from what bind () says");
  for_each_holding (check_inference);
}

static void
test_whole (void)
{
  g_autoptr (GError) error = NULL;
  guint16 port = kernel_test_new_port ();
  g_autoptr (ReboundPortReport) report = rebound_port_report_new (port, NULL, 0, &error);
  g_autoptr (ReboundPortReport) none
      = rebound_port_report_new (port, "localhost", REBOUND_PORT_PLAIN, NULL);

  g_test_summary ("a free port is free on both wildcards; what is no address is refused");
  g_assert_no_error (error);
  g_assert_true (report->is_free);
  g_assert_cmpuint (report->tries->len, ==, 2);
  g_assert_cmpuint (report->holders->len, ==, 0);
  g_assert_null (report->fix);
  g_assert_null (none);
}

static void
test_nobody_seen (void)
{
  g_autoptr (ReboundPortReport) report = rebound_port_report_alloc (1, REBOUND_PORT_PLAIN);
  g_autoptr (GInetAddress) address = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  ReboundPortTry *attempt = rebound_port_try_new (address);

  g_test_summary ("refused by somebody whom no table shows: the verdict and the cure say so");
  for (guint i = 0; i < REBOUND_PORT_N_TRIED; i++)
    attempt->errors[i] = EADDRINUSE;
  g_ptr_array_add (report->tries, attempt);
  rebound_port_report_judge (report);
  g_assert_false (report->is_free);
  g_assert_nonnull (strstr (report->verdict, "bound and not listening"));
  g_assert_nonnull (strstr (report->fix, "sudo rebound why 1"));
}

/* Only one user is to be had in a namespace of one's own, so this is not held against bind (). */
static void
test_users (void)
{
  const struct
  {
    guint8 state;
    guint32 inode;
    gint64 time_left_usec;
    ReboundPortAnswer stands;
  } cases[] = {
    { TCP_ESTABLISHED, 7, -1, REBOUND_PORT_YES }, { TCP_FIN_WAIT2, 7, -1, REBOUND_PORT_YES },
    { TCP_FIN_WAIT2, 0, 1, REBOUND_PORT_NO },     { TCP_TIME_WAIT, 0, 1, REBOUND_PORT_NO },
    { TCP_SYN_RECV, 0, -1, REBOUND_PORT_NO },
  };
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  ReboundPortTry ours = { any, FALSE, { 0 } };

  g_test_summary ("SO_REUSEPORT is for sockets of one user, but a remainder is nobody's");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ReboundPortReport) report = rebound_port_report_alloc (1, REBOUND_PORT_PLAIN);
      ReboundSocketInfo info = { .tuple = { .family = AF_INET },
                                 .state = cases[i].state,
                                 .inode = cases[i].inode,
                                 .uid = 1,
                                 .v6only = -1,
                                 .time_left_usec = cases[i].time_left_usec };
      ReboundPortHolder *holder = rebound_port_holder_new (&info);

      g_ptr_array_add (report->holders, holder);
      holder->reuse_port = REBOUND_PORT_YES;
      g_assert_cmpint (rebound_port_stands (holder, &ours, REBOUND_PORT_REUSE_PORT, 2), ==,
                       cases[i].stands);
      g_assert_cmpint (rebound_port_stands (holder, &ours, REBOUND_PORT_REUSE_PORT, 1), ==,
                       REBOUND_PORT_NO);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/port-report/prediction", test_prediction);
  g_test_add_func ("/port-report/holds", test_holds);
  g_test_add_func ("/port-report/owners", test_owners);
  g_test_add_func ("/port-report/inference", test_inference);
  g_test_add_func ("/port-report/whole", test_whole);
  g_test_add_func ("/port-report/users", test_users);
  g_test_add_func ("/port-report/nobody-seen", test_nobody_seen);
  return g_test_run ();
}
