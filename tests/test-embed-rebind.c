/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The proof of the rebind bug, by a program that has nothing but the library: an object of its own
 * stands by while a script plays, learns when the server's end of a connection has entered
 * TIME_WAIT, and asks the kernel with plain system calls whether the port can be bound. What it
 * finds out it says by a signal, so the script can wait for it. */

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "embed-test.h"

#define PORT 30000

/* So long before and after the end of a TIME_WAIT the port is tried. */
#define MARGIN_USEC (100 * 1000)

#define PROBE_TYPE (probe_get_type ())
G_DECLARE_FINAL_TYPE (Probe, probe, TEST, PROBE, GObject)

struct _Probe
{
  GObject parent_instance;

  sa_family_t family;
  gint64 time_wait_usec;
  ReboundSite *world;
  ReboundTimer *before;
  ReboundTimer *after;
  gint64 entered_usec;
  guint n_entered;
  int error_before; /* -1: not tried */
  int error_after;
  gint64 tried_before_usec; /* since TIME_WAIT was entered */
  gint64 tried_after_usec;
};

static guint tried_signal;

static void probe_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Probe,
                               probe,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK, probe_sink_init))

/* 0, or the errno of a bind() without SO_REUSEADDR, as the report's program has it. */
static int
try_bind (sa_family_t family)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = g_htons (PORT) };
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = g_htons (PORT) };
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result;

  g_assert_no_errno (fd);
  if (family == AF_INET)
    result = bind (fd, (struct sockaddr *) &in, sizeof in);
  else
    result = bind (fd, (struct sockaddr *) &in6, sizeof in6);
  result = result < 0 ? errno : 0;
  g_assert_no_errno (close (fd));
  return result;
}

static gint64
since_entered_usec (Probe *self)
{
  return rebound_clock_get_time_usec (rebound_site_get_clock (self->world)) - self->entered_usec;
}

static void
on_before (gpointer user_data)
{
  Probe *self = user_data;

  self->tried_before_usec = since_entered_usec (self);
  self->error_before = try_bind (self->family);
}

static void
on_after (gpointer user_data)
{
  Probe *self = user_data;

  self->tried_after_usec = since_entered_usec (self);
  self->error_after = try_bind (self->family);
  g_signal_emit (self, tried_signal, 0, rebound_errno_name (self->error_before),
                 rebound_errno_name (self->error_after));
}

static void
probe_enter (Probe *self)
{
  self->n_entered++;
  self->entered_usec = rebound_clock_get_time_usec (rebound_site_get_clock (self->world));
  rebound_timer_arm (self->before, self->time_wait_usec - MARGIN_USEC);
  rebound_timer_arm (self->after, self->time_wait_usec + MARGIN_USEC);
}

/* One way to learn of it: the kernel's signal. */
static void
on_state_changed (GObject *kernel,
                  const char *connection,
                  const char *end,
                  const char *from,
                  const char *to,
                  gpointer user_data)
{
  if (g_str_equal (end, "web") && g_str_equal (to, "TIME_WAIT"))
    probe_enter (user_data);
}

static const char *
read_field (ReboundEvent *event, const char *name)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    if (g_str_equal (rebound_event_get_field_name (event, i), name))
      return g_value_get_string (rebound_event_get_field_value (event, i));
  return "";
}

/* The other way: the run's events. */
static void
probe_write (ReboundEventSink *sink, ReboundEvent *event)
{
  if (g_str_equal (rebound_event_get_actor (event), "kernel")
      && g_str_equal (rebound_event_get_kind (event), "state-changed")
      && g_str_equal (read_field (event, "end"), "web")
      && g_str_equal (read_field (event, "to"), "TIME_WAIT"))
    probe_enter (TEST_PROBE (sink));
}

static void
probe_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = probe_write;
}

static void
probe_finalize (GObject *object)
{
  Probe *self = TEST_PROBE (object);

  rebound_timer_free (self->before);
  rebound_timer_free (self->after);
  g_object_unref (self->world);
  G_OBJECT_CLASS (probe_parent_class)->finalize (object);
}

static void
probe_class_init (ProbeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = probe_finalize;
  tried_signal = g_signal_new ("tried", PROBE_TYPE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
probe_init (Probe *self)
{
  self->error_before = -1;
  self->error_after = -1;
}

static Probe *
probe_new (ReboundSite *world, sa_family_t family, gint64 time_wait_usec)
{
  Probe *self = g_object_new (PROBE_TYPE, NULL);

  self->world = g_object_ref (world);
  self->before = rebound_site_new_timer (world, "probe: before", on_before, self);
  self->after = rebound_site_new_timer (world, "probe: after", on_after, self);
  self->family = family;
  self->time_wait_usec = time_wait_usec;
  return self;
}

typedef struct
{
  const char *name;
  const char *address;
  sa_family_t family;
  gint64 time_wait_seconds;
  const char *listener; /* further properties */
  gboolean by_sink;
} Case;

static const Case cases[] = {
  { "by-signal", "0.0.0.0", AF_INET, 60, "reuse-address=no", FALSE },
  { "by-sink", "0.0.0.0", AF_INET, 60, "reuse-address=no", TRUE },
  { "ipv6", "::", AF_INET6, 60, "reuse-address=no", FALSE },
  { "option-on-the-old-one-only", "0.0.0.0", AF_INET, 60, "reuse-address=yes", FALSE },
  { "time-wait-of-30s", "0.0.0.0", AF_INET, 30, "reuse-address=no", FALSE },
};

/* The phone finds nobody at first, so that TIME_WAIT begins at no round time. */
static char *
write_script (const Case *test)
{
  return g_strdup_printf (
      "set device time-wait=%" G_GINT64_FORMAT "s\n"
      "listener web address=%s port=%d %s on-accept=close background-policy=close-on-resign\n"
      "client phone connect=web retry-every=700ms count=1\n"
      "after 5s launch\n"
      "wait phone.closed\n"
      "after 3s home\n"
      "expect web.state == closed\n"
      "expect kernel.time-wait-count == 1\n"
      "wait probe.tried\n"
      "expect kernel.time-wait-count == 0\n"
      "open\n"
      "expect web.state == listening\n",
      test->time_wait_seconds, test->address, PORT, test->listener);
}

static void
test_rebind (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *script = write_script (test);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (ReboundRun) run = embed_test_new_run (script, kernel);
  g_autoptr (Probe) probe = probe_new (rebound_run_get_world (run), test->family,
                                       test->time_wait_seconds * G_USEC_PER_SEC);

  g_test_summary ("a plain bind is refused up to the end of TIME_WAIT, and not after");
  g_assert_true (rebound_run_add_object (run, "probe", G_OBJECT (probe)));
  if (test->by_sink)
    rebound_run_add_sink (run, REBOUND_EVENT_SINK (probe));
  else
    g_signal_connect (kernel, "state-changed", G_CALLBACK (on_state_changed), probe);
  embed_test_play (run);

  g_assert_cmpuint (probe->n_entered, ==, 1);
  g_assert_cmpint (probe->entered_usec, ==, 5600 * 1000);
  g_assert_cmpint (probe->tried_before_usec, ==, probe->time_wait_usec - MARGIN_USEC);
  g_assert_cmpstr (rebound_errno_name (probe->error_before), ==, "EADDRINUSE");
  g_assert_cmpint (probe->tried_after_usec, ==, probe->time_wait_usec + MARGIN_USEC);
  g_assert_cmpstr (rebound_errno_name (probe->error_after), ==, "none");
}

/* The same probe says yes at once where the client was the active closer. */
static void
on_closed (GObject *listener, guint generation, const char *reason, gpointer user_data)
{
  Probe *self = user_data;

  self->n_entered++;
  rebound_timer_arm (self->before, 0);
  rebound_timer_arm (self->after, 0);
}

static void
test_client_closes_first (void)
{
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (ReboundRun) run
      = embed_test_new_run ("client phone connect=web close-first=yes count=1\n"
                            "launch\n"
                            "wait phone.closed\n"
                            "expect kernel.time-wait-count == 1\n"
                            "home\n"
                            "wait probe.tried\n",
                            kernel);
  g_autoptr (Probe) probe = probe_new (rebound_run_get_world (run), AF_INET, 0);
  g_autoptr (ReboundListener) web
      = g_object_new (REBOUND_TYPE_LISTENER, "port", PORT, "reuse-address", FALSE, "on-accept",
                      REBOUND_ON_ACCEPT_CLOSE, "close-order", REBOUND_CLOSE_ORDER_CLIENT_FIRST,
                      NULL);

  g_test_summary ("where the client closes first, the port can be bound at once; and a listener of "
                  "the program's own is an actor like any other");
  g_assert_true (rebound_run_add_object (run, "probe", G_OBJECT (probe)));
  g_assert_true (rebound_run_add_object (run, "web", G_OBJECT (web)));
  g_signal_connect (web, "closed", G_CALLBACK (on_closed), probe);
  embed_test_play (run);

  g_assert_cmpuint (probe->n_entered, ==, 1);
  g_assert_cmpstr (rebound_errno_name (probe->error_before), ==, "none");
  g_assert_cmpstr (rebound_errno_name (probe->error_after), ==, "none");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!embed_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/embed-rebind/server-closes-first/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_rebind);
    }
  g_test_add_func ("/embed-rebind/client-closes-first", test_client_closes_first);
  return g_test_run ();
}
