/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every errno that accept(2) can come with, and real ones: a listener neither spins nor goes deaf,
 * and knows when it is dead. */

#include "net/rebound-accept-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "failing-calls.h"
#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-errno.h"

typedef struct
{
  int error_number;
  ReboundAcceptResult result; /* where it comes once and somebody is waiting */
  ReboundAcceptResult stays;  /* where it comes every time */
} Failure;

#define TAKEN     REBOUND_ACCEPT_TAKEN
#define EXHAUSTED REBOUND_ACCEPT_EXHAUSTED
#define DEAD      REBOUND_ACCEPT_DEAD

static const Failure failures[] = {
  /* of the process or the machine: one is turned away, and a rest is taken */
  { EMFILE, EXHAUSTED, EXHAUSTED },
  { ENFILE, EXHAUSTED, EXHAUSTED },
  { ENOBUFS, EXHAUSTED, EXHAUSTED },
  { ENOMEM, EXHAUSTED, EXHAUSTED },
  /* of one connection: the next is taken */
  { EINTR, TAKEN, EXHAUSTED },
  { ECONNABORTED, TAKEN, EXHAUSTED },
  { EPROTO, TAKEN, EXHAUSTED },
  { EPERM, TAKEN, EXHAUSTED },
  { ENETDOWN, TAKEN, EXHAUSTED },
  { ENOPROTOOPT, TAKEN, EXHAUSTED },
  { EHOSTDOWN, TAKEN, EXHAUSTED },
  { ENONET, TAKEN, EXHAUSTED },
  { EHOSTUNREACH, TAKEN, EXHAUSTED },
  { ENETUNREACH, TAKEN, EXHAUSTED },
  { ETIMEDOUT, TAKEN, EXHAUSTED },
  /* of the listener: it is none any more */
  { EINVAL, DEAD, DEAD },
  { EBADF, DEAD, DEAD },
  { ENOTSOCK, DEAD, DEAD },
  { EOPNOTSUPP, DEAD, DEAD },
  /* nobody is there */
  { EAGAIN, REBOUND_ACCEPT_DRY, REBOUND_ACCEPT_DRY },
};

static void
test_once (gconstpointer data)
{
  const Failure *failure = data;
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 5);
  int client = raw_connect (AF_INET, port, 0);
  int fd = -1;
  int error_number = 0;
  ReboundAccept accept;

  g_test_summary ("an error that comes once, with a client waiting");
  rebound_accept_init (&accept);
  failing_calls_plan (FAILING_ACCEPT, failure->error_number, 1);
  g_assert_cmpint (rebound_accept_next (&accept, listener, &fd, &error_number), ==,
                   failure->result);
  failing_calls_clear ();
  if (failure->result == TAKEN)
    raw_close (fd);
  else
    g_assert_cmpstr (rebound_errno_name (error_number), ==,
                     rebound_errno_name (failure->error_number));
  kernel_test_settle ();
  /* Who is turned away is told so by a FIN, and not left hanging. */
  assert_errno (MIN (raw_receive (client), 0),
                failure->result == DEAD || failure->result == REBOUND_ACCEPT_DRY ? EAGAIN : 0);
  g_assert_cmpint (accept.spare_fd, >=, 0);

  rebound_accept_clear (&accept);
  g_assert_cmpint (accept.spare_fd, ==, -1);
  raw_close (listener);
  raw_close (client);
}

static void
test_stays (gconstpointer data)
{
  const Failure *failure = data;
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 5);
  int fd = -1;
  int error_number = 0;
  ReboundAccept accept;

  g_test_summary ("an error that stays comes to an end in one call, after few tries");
  rebound_accept_init (&accept);
  failing_calls_plan (FAILING_ACCEPT, failure->error_number, G_MAXUINT);
  g_assert_cmpint (rebound_accept_next (&accept, listener, &fd, &error_number), ==, failure->stays);
  g_assert_cmpuint (failing_calls_get_count (FAILING_ACCEPT), <=, 64);
  failing_calls_clear ();
  g_assert_cmpstr (rebound_errno_name (error_number), ==,
                   rebound_errno_name (failure->error_number));
  rebound_accept_clear (&accept);
  raw_close (listener);
}

/* Leaves the process without a descriptor; returns those that were taken. */
static GArray *
take_all_descriptors (void)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (int));
  int fd;

  while ((fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    g_array_append_val (taken, fd);
  assert_errno (-errno, EMFILE);
  return taken;
}

static void
give_back (GArray *taken)
{
  for (guint i = 0; i < taken->len; i++)
    close (g_array_index (taken, int, i));
  g_array_unref (taken);
}

static void
test_no_descriptors (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 5);
  int shed = raw_connect (AF_INET, port, 0);
  int waiting = raw_connect (AF_INET, port, 0);
  ReboundAccept accept;
  int fd, error_number;
  GArray *taken;

  g_test_summary ("with no descriptor left in earnest the first in the queue is turned away; with "
                  "one back the next is served; with nobody waiting there is nothing to do");
  rebound_accept_init (&accept);
  taken = take_all_descriptors ();
  g_assert_cmpint (rebound_accept_next (&accept, listener, &fd, &error_number), ==, EXHAUSTED);
  assert_errno (-error_number, EMFILE);
  kernel_test_settle ();
  g_assert_cmpint (raw_receive (shed), ==, 0);
  assert_errno (raw_receive (waiting), EAGAIN);
  give_back (taken);
  g_assert_cmpint (rebound_accept_next (&accept, listener, &fd, &error_number), ==, TAKEN);
  raw_close (fd);

  taken = take_all_descriptors ();
  g_assert_cmpint (rebound_accept_next (&accept, listener, &fd, &error_number), ==,
                   REBOUND_ACCEPT_DRY);
  give_back (taken);
  rebound_accept_clear (&accept);
  raw_close (listener);
  raw_close (shed);
  raw_close (waiting);
}

static void
test_spare_lost (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 5);
  int clients[3];
  ReboundAccept accept;
  int fd, error_number;
  GArray *taken = take_all_descriptors ();

  g_test_summary ("a spare descriptor that could not be had, or that another thread took, is had "
                  "with the next client that is accepted");
  rebound_accept_init (&accept);
  g_assert_cmpint (accept.spare_fd, ==, -1);
  give_back (taken);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = raw_connect (AF_INET, port, 0);
  g_assert_cmpint (rebound_accept_next (&accept, listener, &fd, &error_number), ==, TAKEN);
  raw_close (fd);
  g_assert_cmpint (accept.spare_fd, >=, 0);

  taken = take_all_descriptors ();
  g_assert_cmpint (rebound_accept_next (&accept, listener, &fd, &error_number), ==, EXHAUSTED);
  kernel_test_settle ();
  g_assert_cmpint (raw_receive (clients[1]), ==, 0); /* turned away with it */
  give_back (taken);
  rebound_accept_clear (&accept);
  raw_close (listener);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    raw_close (clients[i]);
}

/* -- the listener -- */

#define CROWD                                                                                      \
  "peer listener web port=30000 on-accept=hello\n"                                                 \
  "client crowd connect=web at-once=3 count=3 retry-every=1s\n"                                    \
  "after 10s\n"

static void
test_listener_rests (gconstpointer data)
{
  int error_number = GPOINTER_TO_INT (data);
  g_autoptr (NetTest) test = net_test_new (CROWD "expect web.accept-count == 3\n"
                                                 "expect web.state == listening\n");
  g_autofree char *story = NULL;
  g_autofree char *expected = NULL;

  g_test_summary ("a listener that cannot accept rests for 50 ms, and comes back by itself");
  failing_calls_plan (FAILING_ACCEPT, error_number, 6); /* three times, with one to be shed each */
  net_test_play (test);
  failing_calls_clear ();
  story = net_test_dup_story (test, "web");
  expected = g_strdup_printf ("0s web: listens on port 30000 (generation 1)\n"
                              "0s web: cannot accept: %1$s; rests for 50ms\n"
                              "50ms web: cannot accept: %1$s; rests for 50ms\n"
                              "100ms web: cannot accept: %1$s; rests for 50ms\n"
                              "150ms web: accepted crowd#1\n"
                              "150ms web: crowd#1 ended: the server closed first\n"
                              "150ms web: accepted crowd#2\n"
                              "150ms web: crowd#2 ended: the server closed first\n"
                              "150ms web: accepted crowd#3\n"
                              "150ms web: crowd#3 ended: the server closed first\n",
                              rebound_errno_name (error_number));
  g_assert_cmpstr (story, ==, expected);
}

static void
test_listener_never_spins (gconstpointer data)
{
  int error_number = GPOINTER_TO_INT (data);
  g_autoptr (NetTest) test = net_test_new (CROWD "expect web.state == listening\n");

  g_test_summary ("an error that stays costs twenty looks a second, and the run goes on");
  failing_calls_plan (FAILING_ACCEPT, error_number, G_MAXUINT);
  net_test_play (test);
  failing_calls_clear ();
  g_assert_cmpuint (recording_sink_count (test->sink, "web", "exhausted"), ==, 201);
  g_assert_cmpuint (recording_sink_count (test->sink, "run", "spin"), ==, 0);
}

static void
test_listener_dies (gconstpointer data)
{
  int error_number = GPOINTER_TO_INT (data);
  g_autoptr (NetTest) test
      = net_test_new (CROWD "expect web.state == dead\nweb.close\nexpect web.state == closed\n"
                            "web.open\nclient late connect=web count=1\nexpect late.answered\n");
  g_autofree char *story = NULL;
  g_autofree char *expected = NULL;

  g_test_summary ("a listener that is dead says so, and can be made anew");
  failing_calls_plan (FAILING_ACCEPT, error_number, 1);
  net_test_play (test);
  failing_calls_clear ();
  story = net_test_dup_story (test, "web");
  expected = g_strdup_printf ("0s web: listens on port 30000 (generation 1)\n"
                              "0s web: cannot accept: %s; the socket does not listen any more\n"
                              "10s web: closed (generation 1), at the script's word\n"
                              "10s web: listens on port 30000 (generation 2)\n",
                              rebound_errno_name (error_number));
  g_assert_true (g_str_has_prefix (story, expected));
}

static void
add (const char *what, int error_number, gconstpointer data, GTestDataFunc func)
{
  g_autofree char *path
      = g_strdup_printf ("/accept/%s/%s", what, rebound_errno_name (error_number));

  g_test_add_data_func (path, data, func);
}

int
main (int argc, char **argv)
{
  static const int rests[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM };
  static const int stays[] = { EMFILE, ENFILE, EINTR, ECONNABORTED, EPROTO, EPERM };
  static const int dies[] = { EINVAL, EBADF, ENOTSOCK, EOPNOTSUPP };
  struct rlimit limit = { 256, 256 }; /* few, so that they are soon taken */

  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      add ("once", failures[i].error_number, &failures[i], test_once);
      add ("stays", failures[i].error_number, &failures[i], test_stays);
    }
  g_test_add_func ("/accept/no-descriptors", test_no_descriptors);
  g_test_add_func ("/accept/spare-lost", test_spare_lost);
  for (guint i = 0; i < G_N_ELEMENTS (rests); i++)
    add ("listener/rests", rests[i], GINT_TO_POINTER (rests[i]), test_listener_rests);
  for (guint i = 0; i < G_N_ELEMENTS (stays); i++)
    add ("listener/never-spins", stays[i], GINT_TO_POINTER (stays[i]), test_listener_never_spins);
  for (guint i = 0; i < G_N_ELEMENTS (dies); i++)
    add ("listener/dies", dies[i], GINT_TO_POINTER (dies[i]), test_listener_dies);
  return g_test_run ();
}
