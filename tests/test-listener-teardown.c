/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The listener's end, in every way: the order of its teardown, as its events tell it and as the
 * descriptors have it; handlers that close it, open it or end its life in the middle of what it
 * does; and its use without any run, by a program that has a main loop and nothing else. */

#include "net/rebound-listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "failing-calls.h"
#include "kernel/kernel-test.h"
#include "listener-deed.h"
#include "net-test.h"
#include "net/rebound-errno.h"

#define PORT 30000

/* -- no source outlives its descriptor -- */

static gboolean
is_polled (GMainContext *context, int fd)
{
  GPollFD fds[64];
  int timeout_msec;
  int n_fds = g_main_context_query (context, G_MAXINT, &timeout_msec, fds, G_N_ELEMENTS (fds));

  g_assert_cmpint (n_fds, <=, G_N_ELEMENTS (fds));
  for (int i = 0; i < n_fds; i++)
    if (fds[i].fd == fd)
      return TRUE;
  return FALSE;
}

/* The kernel shows what an epoll descriptor watches, a line "tfd: N" each. */
static gboolean
is_watched_by_epoll (int fd)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fdinfo", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fdinfo", name, NULL);
      g_autofree char *text = NULL;
      const char *line;
      int watched;

      if (!g_file_get_contents (path, &text, NULL, NULL)) /* the folder's own is closed again */
        continue;
      for (line = strstr (text, "tfd:"); line != NULL; line = strstr (line + 1, "tfd:"))
        if (sscanf (line, "tfd: %d", &watched) == 1 && watched == fd)
          return TRUE;
    }
  return FALSE;
}

typedef struct
{
  NetTest *test;
  guint n_closed;
  gboolean is_looking; /* looking closes descriptors too */
} Closings;

static void
on_close (int fd, gpointer user_data)
{
  Closings *closings = user_data;
  ReboundRun *run = closings->test->run;
  ReboundSite *home = rebound_application_get_site (rebound_run_get_application (run));

  if (closings->is_looking)
    return;
  closings->is_looking = TRUE;
  g_assert_false (is_polled (rebound_site_get_context (home), fd));
  g_assert_false (is_polled (rebound_site_get_context (rebound_run_get_world (run)), fd));
  g_assert_false (is_watched_by_epoll (fd));
  closings->n_closed++;
  closings->is_looking = FALSE;
}

static void
test_no_source_outlives (gconstpointer data)
{
  g_autofree char *script
      = g_strdup_printf ("listener web port=30000 reuse-address=no close-order=client-first\n"
                         "client phone connect=web retry-every=200ms at-once=3\n"
                         "launch\nwait until web.open-count == 3\n%s\nafter 1s\n",
                         (const char *) data);
  g_autoptr (NetTest) test = net_test_new (script);
  Closings closings = { test };

  g_test_summary ("when a descriptor is closed no source and no epoll watches it any more");
  failing_calls_watch_close (on_close, &closings);
  net_test_play (test);
  failing_calls_clear ();
  g_assert_cmpuint (closings.n_closed, >=, 7); /* a listener and three connections' two ends */
}

static guint
read_port (ReboundListener *listener)
{
  guint port;

  g_object_get (listener, "bound-port", &port, NULL);
  return port;
}

static void
on_source_destroyed (ReboundListener *listener, guint generation, gpointer user_data)
{
  g_string_append_printf (user_data, "source-destroyed(port %u) ", read_port (listener));
}

static void
on_connection_closed (ReboundListener *listener,
                      const char *connection,
                      const char *how,
                      gint64 given_bytes,
                      gint64 received_bytes,
                      gint64 lost_bytes,
                      gpointer user_data)
{
  g_string_append_printf (user_data, "connection-closed(port %u) ", read_port (listener));
}

static void
on_closed (ReboundListener *listener, guint generation, const char *reason, gpointer user_data)
{
  g_string_append_printf (user_data, "closed(port %u) ", read_port (listener));
}

static void
on_state (ReboundListener *listener, GParamSpec *pspec, gpointer user_data)
{
  ReboundListenerState state;

  g_object_get (listener, "state", &state, NULL);
  if (state == REBOUND_LISTENER_STATE_CLOSED)
    g_string_append_printf (user_data, "state(port %u) ", read_port (listener));
}

static ReboundListener *
new_listener (ReboundOnError on_error)
{
  return g_object_new (REBOUND_TYPE_LISTENER, "port", PORT, "reuse-address", FALSE, "on-error",
                       on_error, "retry-every", (gint64) 50000, "close-order",
                       REBOUND_CLOSE_ORDER_CLIENT_FIRST, NULL);
}

static void
test_order (void)
{
  g_autoptr (NetTest) test = net_test_new ("client phone connect=web count=1\n"
                                           "launch\nwait phone.connected\nhome\n");
  ReboundListener *web = new_listener (REBOUND_ON_ERROR_REPORT);
  g_autoptr (GString) order = g_string_new (NULL);

  g_test_summary ("source, connections, descriptor, event: in this order");
  g_signal_connect (web, "source-destroyed", G_CALLBACK (on_source_destroyed), order);
  g_signal_connect (web, "connection-closed", G_CALLBACK (on_connection_closed), order);
  g_signal_connect (web, "closed", G_CALLBACK (on_closed), order);
  g_signal_connect (web, "notify::state", G_CALLBACK (on_state), order);
  net_test_add (test, "web", web);
  net_test_play (test);
  g_assert_cmpstr (order->str, ==,
                   "source-destroyed(port 30000) connection-closed(port 30000) state(port 0) "
                   "closed(port 0) ");
}

/* -- handlers that interfere -- */

typedef struct
{
  const char *signal;
  ListenerDeed deed;
  NetTest *test;
  ReboundListener *web;
  guint n_done;
} Interference;

static void
interfere (Interference *self)
{
  if (self->n_done++ == 0)
    listener_deed_do (self->deed, self->web);
}

static void
close_from_world (gpointer user_data)
{
  rebound_listener_close (user_data, "a timer");
}

/* Whatever a handler does, the listener ends up in one piece: closed, open or dead, and never with
 * a source or a descriptor that nobody owns. */
static void
test_interference (gconstpointer data)
{
  Interference self = *(const Interference *) data;
  gboolean fails
      = g_str_equal (self.signal, "bind-failed") || g_str_equal (self.signal, "error-ignored");
  g_autoptr (NetTest) test = net_test_new ("client phone connect=web count=2 at-once=2\n"
                                           "launch\nafter 30s\n");
  g_autoptr (ReboundTimer) timer = NULL;
  Closings closings = { test };
  int holder = -1;

  self.test = test;
  self.web = new_listener (g_str_equal (self.signal, "bind-failed") ? REBOUND_ON_ERROR_RETRY
                                                                    : REBOUND_ON_ERROR_IGNORE);
  timer = rebound_site_new_timer (rebound_run_get_world (test->run), "closer", close_from_world,
                                  self.web);
  rebound_timer_arm (timer, 10 * G_USEC_PER_SEC);
  if (fails)
    holder = raw_listen (AF_INET, PORT, FALSE, 1);
  g_signal_connect_swapped (self.web, self.signal, G_CALLBACK (interfere), &self);
  net_test_add (test, "web", self.web);
  failing_calls_watch_close (on_close, &closings);
  if (g_str_equal (self.signal, "exhausted"))
    failing_calls_plan (FAILING_ACCEPT, EMFILE, 2);
  net_test_play (test);
  failing_calls_clear ();
  g_assert_cmpuint (self.n_done, >=, 1);
  if (holder >= 0)
    raw_close (holder);
}

static const Interference interferences[] = {
  { "listening", CLOSE },
  { "listening", REOPEN },
  { "listening", KILL },
  { "accepted", CLOSE },
  { "accepted", REOPEN },
  { "accepted", KILL },
  { "connection-closed", CLOSE },
  { "connection-closed", REOPEN },
  { "connection-closed", KILL },
  { "source-destroyed", CLOSE },
  { "source-destroyed", REOPEN },
  { "source-destroyed", KILL },
  { "closed", CLOSE },
  { "closed", REOPEN },
  { "closed", KILL },
  { "bind-failed", CLOSE },
  { "bind-failed", REOPEN },
  { "bind-failed", KILL },
  { "error-ignored", CLOSE },
  { "error-ignored", REOPEN },
  { "error-ignored", KILL },
  { "exhausted", CLOSE },
  { "exhausted", REOPEN },
  { "exhausted", KILL },
  { "notify::state", CLOSE },
  { "notify::state", REOPEN },
  { "notify::state", KILL },
};

static void
test_retry_ended_by_handler (void)
{
  Interference self = { "bind-failed", CLOSE };
  g_autoptr (NetTest) test = net_test_new ("launch\nexpect web.state == closed\nset web backlog=1\n"
                                           "expect no web.bind-failed for 1h\n");
  int holder = raw_listen (AF_INET, PORT, FALSE, 1);

  g_test_summary ("a handler of bind-failed that closes the listener ends its retrying");
  self.test = test;
  self.web = new_listener (REBOUND_ON_ERROR_RETRY);
  g_signal_connect_swapped (self.web, self.signal, G_CALLBACK (interfere), &self);
  net_test_add (test, "web", self.web);
  net_test_play (test);
  g_assert_cmpuint (self.n_done, ==, 1);
  raw_close (holder);
}

static void
test_lives_again (void)
{
  g_autoptr (NetTest) test
      = net_test_new ("client phone connect=web message=hi retry-every=1s\n"
                      "launch\nwait phone.answered\nexpect web.generation == 1\n"
                      "kill\nwait phone.refused\n"
                      "after 61s launch\nexpect web.state == listening\n"
                      "expect web.generation == 1\nexpect web.accept-count == 0\n"
                      "wait phone.answered within 1s\n");

  g_test_summary ("a listener of the program's own lives again in the next process");
  net_test_add (test, "web", new_listener (REBOUND_ON_ERROR_REPORT));
  net_test_play (test);
}

/* -- without a run -- */

static void
count_up (guint *count)
{
  ++*count;
}

static void
set_flag (gboolean *flag)
{
  *flag = TRUE;
}

static void
test_plain_program (void)
{
  guint16 port = kernel_test_new_port ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);
  g_autoptr (ReboundListener) listener
      = g_object_new (REBOUND_TYPE_LISTENER, "port", (guint) port, "address", "127.0.0.1",
                      "reuse-address", FALSE, NULL);
  guint n_closed = 0;
  int phone;

  g_test_summary ("a GLib program without a run: it listens, serves and closes");
  g_signal_connect_swapped (listener, "connection-closed", G_CALLBACK (count_up), &n_closed);
  rebound_actor_come_to_life (REBOUND_ACTOR (listener), site);
  g_assert_cmpuint (read_port (listener), ==, port);
  phone = raw_connect (AF_INET, port, 0);
  g_assert_cmpint (raw_send (phone, "hello"), ==, 5);
  while (n_closed == 0)
    g_main_context_iteration (context, TRUE);
  kernel_test_settle ();
  g_assert_cmpint (raw_receive (phone), ==, 5);
  g_assert_cmpint (raw_receive (phone), ==, 0);
  raw_close (phone);

  rebound_listener_close (listener, "the program");
  rebound_listener_open (listener); /* there is a TIME_WAIT, and no run that knows of it */
  g_assert_cmpuint (read_port (listener), ==, 0);
  g_object_set (listener, "port", 0, NULL);
  rebound_listener_open (listener);
  g_assert_cmpuint (read_port (listener), !=, 0);
  rebound_actor_abandon (REBOUND_ACTOR (listener));
  g_assert_false (g_main_context_pending (context));
}

static void
test_plain_retry (void)
{
  guint16 port = kernel_test_new_port ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);
  g_autoptr (ReboundListener) listener
      = g_object_new (REBOUND_TYPE_LISTENER, "port", (guint) port, "on-error",
                      REBOUND_ON_ERROR_RETRY, "retry-every", (gint64) 1000, NULL);
  int holder = raw_listen (AF_INET, port, TRUE, 1);
  gboolean listens = FALSE;
  guint n_failed = 0;

  g_test_summary ("the same with on-error=retry: it comes back by the program's main loop");
  g_signal_connect_swapped (listener, "bind-failed", G_CALLBACK (count_up), &n_failed);
  g_signal_connect_swapped (listener, "listening", G_CALLBACK (set_flag), &listens);
  rebound_actor_come_to_life (REBOUND_ACTOR (listener), site);
  while (n_failed < 3)
    g_main_context_iteration (context, TRUE);
  raw_close (holder);
  while (!listens)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (read_port (listener), ==, port);
  rebound_listener_close (listener, "the program");
}

static void
test_forgotten (void)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);
  ReboundListener *listener = g_object_new (REBOUND_TYPE_LISTENER, NULL);

  g_test_summary ("a listener that is let go while its source is alive complains, and closes");
  rebound_actor_come_to_life (REBOUND_ACTOR (listener), site);
  g_test_expect_message ("Rebound", G_LOG_LEVEL_CRITICAL, "*while its source was alive*");
  g_object_unref (listener);
  g_test_assert_expected_messages ();
  g_assert_false (g_main_context_pending (context));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_data_func ("/listener-teardown/no-source-outlives/home", "home",
                        test_no_source_outlives);
  g_test_add_data_func ("/listener-teardown/no-source-outlives/kill", "kill",
                        test_no_source_outlives);
  g_test_add_data_func ("/listener-teardown/no-source-outlives/action", "web.close",
                        test_no_source_outlives);
  g_test_add_func ("/listener-teardown/order", test_order);
  for (guint i = 0; i < G_N_ELEMENTS (interferences); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/listener-teardown/interference/%s/%s", interferences[i].signal,
                             listener_deed_get_name (interferences[i].deed));

      g_strdelimit (path, ":", '-');
      g_test_add_data_func (path, &interferences[i], test_interference);
    }
  g_test_add_func ("/listener-teardown/retry-ended-by-handler", test_retry_ended_by_handler);
  g_test_add_func ("/listener-teardown/lives-again", test_lives_again);
  g_test_add_func ("/listener-teardown/plain-program", test_plain_program);
  g_test_add_func ("/listener-teardown/plain-retry", test_plain_retry);
  g_test_add_func ("/listener-teardown/forgotten", test_forgotten);
  return g_test_run ();
}
