/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A listener in a program's own main loop, by the clock on the wall, that has no descriptors left:
 * it sleeps between looks, each of which is a few turns of the loop, and it serves when it has some
 * again, though nobody has told it. Nothing is said of how long anything takes: tests/bench has
 * that. */

#include "net/rebound.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/kernel-test.h"

#define N_LOOKS 5

typedef struct
{
  guint n_exhausted;
  guint n_accepted;
  guint n_turns;
  guint n_rests; /* polls right after a look that did not ask for the listener */
  gboolean has_looked;
} Story;

static Story story;

static void
on_exhausted (void)
{
  story.n_exhausted++;
  story.has_looked = TRUE;
}

static void
on_accepted (void)
{
  story.n_accepted++;
}

static gboolean
is_listener (int fd)
{
  int answer = 0;
  socklen_t length = sizeof answer;

  return getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &answer, &length) == 0 && answer != 0;
}

/* What the main loop polls by. One that asks for the listener while clients wait in its backlog
 * does not sleep. */
static int
poll_and_look (GPollFD *fds, guint n_fds, int timeout_msec)
{
  gboolean rests = story.has_looked;

  for (guint i = 0; i < n_fds; i++)
    rests = rests && !is_listener (fds[i].fd);
  story.n_rests += rests;
  story.has_looked = FALSE;
  return g_poll (fds, n_fds, timeout_msec);
}

static ReboundListener *
make_listener (ReboundSite *site, guint16 port)
{
  ReboundListener *listener = g_object_new (REBOUND_TYPE_LISTENER, "address", "127.0.0.1", "port",
                                            port, "on-accept", REBOUND_ON_ACCEPT_HELLO, NULL);

  g_signal_connect (listener, "exhausted", G_CALLBACK (on_exhausted), NULL);
  g_signal_connect (listener, "accepted", G_CALLBACK (on_accepted), NULL);
  rebound_actor_come_to_life (REBOUND_ACTOR (listener), site);
  return listener;
}

static void
turn_until (const guint *number, guint wanted)
{
  while (*number < wanted)
    {
      g_main_context_iteration (NULL, TRUE);
      story.n_turns++;
    }
}

static void
take_all_descriptors (GArray *taken)
{
  int fd;

  while ((fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    g_array_append_val (taken, fd);
  assert_errno (-errno, EMFILE);
}

static void
give_back (GArray *taken)
{
  for (guint i = 0; i < taken->len; i++)
    close (g_array_index (taken, int, i));
  g_array_set_size (taken, 0);
}

/* As prlimit() does from outside. */
static void
raise_limit (void)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur += 10;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

static void
test_starved (gconstpointer by_limit)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (int));
  guint16 port = kernel_test_new_port ();
  g_autoptr (ReboundListener) listener = make_listener (site, port);
  int clients[N_LOOKS + 2];

  g_test_summary (
      "a look is a few turns of the loop, between looks it sleeps; it is back by itself");
  story = (Story){ 0 };
  g_main_context_set_poll_func (NULL, poll_and_look);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = raw_connect (AF_INET, port, 0);
  take_all_descriptors (taken);
  turn_until (&story.n_exhausted, N_LOOKS);
  /* The timer arms the source, the source finds that there are none, and is destroyed, of which
   * GLib tells itself through an eventfd: three turns a look. */
  g_assert_cmpuint (story.n_turns, <=, 3 * N_LOOKS);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (story.n_rests, ==, N_LOOKS);
  g_assert_cmpuint (story.n_accepted, ==, 0);

  if (by_limit != NULL)
    raise_limit ();
  else
    give_back (taken);
  turn_until (&story.n_accepted, 1);
  give_back (taken);
  rebound_actor_abandon (REBOUND_ACTOR (listener));
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    raw_close (clients[i]);
}

int
main (int argc, char **argv)
{
  struct rlimit limit = { 256, 512 }; /* few, so that they are soon taken */

  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  g_test_add_data_func ("/listener-starved/closed", NULL, test_starved);
  g_test_add_data_func ("/listener-starved/limit-raised", "yes", test_starved);
  return g_test_run ();
}
