/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The network's link in a run of virtual time: it goes down and comes up when the test says, and
 * the real actors' story is compared whole, so that nothing in it can depend on the kernel's
 * timers. */

#include "net/rebound-linux-kernel-private.h"

#include <string.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-kernel-private.h"
#include "net-test.h"
#include "net/rebound-client.h"

typedef struct
{
  const char *name;
  const char *script;
  gint down_sec; /* when the link goes down */
  gint up_sec;   /* and comes up again; 0: not in this run */
  const char *story;
} Story;

typedef struct
{
  ReboundKernel *kernel;
  gboolean up;
} Change;

static void
change_link (gpointer user_data)
{
  Change *change = user_data;
  g_autoptr (GError) error = NULL;

  rebound_kernel_set_link_up (change->kernel, change->up, &error);
  g_assert_no_error (error);
}

#define LISTENS                                                                                    \
  "0s web: listens on port 30000 (generation 1)\n"                                                 \
  "0s kernel: web, web's end: CLOSED -> LISTEN\n"
#define DOWN "1s kernel: the network's link is down\n"
#define UP   "5s kernel: the network's link is up again\n"

#define ESTABLISHED                                                                                \
  "0s web: accepted phone#1\n0s phone: connected as phone#1\n"                                     \
  "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"                                       \
  "0s kernel: phone#1, web's end: CLOSED -> ESTABLISHED\n"

static const Story stories[] = {
  { "kept",
    "peer listener web port=30000 on-accept=keep\nclient phone connect=web count=1\n"
    "expect kernel.link == up\nafter 2s\nexpect kernel.link == down\nafter 1h\n"
    "expect kernel.link == up\nexpect phone.closed-count == 0\nexpect web.open-count == 1\n",
    1, 5, LISTENS ESTABLISHED DOWN UP },
  { "closed-without-a-link",
    "peer listener web port=30000 on-accept=keep\nclient phone connect=web count=1\n"
    "after 2s web.close\nafter 1min\nexpect kernel.time-wait-count == 1\nafter 4s\n",
    1, 5,
    LISTENS ESTABLISHED DOWN "2s web: accept source destroyed (generation 1)\n"
                             "2s web: phone#1 ended: its listener closed\n"
                             "2s web: closed (generation 1), at the script's word\n"
                             "2s kernel: phone#1, web's end: ESTABLISHED -> FIN_WAIT1\n" UP
                             "5s phone: phone#1 ended: the other end closed first\n"
                             "5s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
                             "5s kernel: phone#1, web's end: FIN_WAIT1 -> TIME_WAIT\n"
                             "65s kernel: phone#1, web's end: TIME_WAIT is over; nothing is left "
                             "of it\n" },
  { "never-up-again",
    "peer listener web port=30000 on-accept=keep\nclient phone connect=web count=1\n"
    "after 2s web.close\nafter 1h\n",
    1, 0,
    LISTENS ESTABLISHED DOWN "2s web: accept source destroyed (generation 1)\n"
                             "2s web: phone#1 ended: its listener closed\n"
                             "2s web: closed (generation 1), at the script's word\n"
                             "2s kernel: phone#1, web's end: ESTABLISHED -> FIN_WAIT1\n" },
  { "killed-without-a-link",
    "listener web port=30000 on-accept=keep\nlaunch\nclient phone connect=web count=1\n"
    "after 2s kill\nafter 1h\n",
    1, 5,
    LISTENS "0s phone: connected as phone#1\n0s web: accepted phone#1\n"
            "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
            "0s kernel: phone#1, web's end: CLOSED -> ESTABLISHED\n" DOWN
            "2s kernel: phone#1, web's end: ESTABLISHED -> FIN_WAIT1\n" UP
            "5s phone: phone#1 ended: the other end closed first\n"
            "5s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
            "5s kernel: phone#1, web's end: FIN_WAIT1 -> TIME_WAIT\n"
            "65s kernel: phone#1, web's end: TIME_WAIT is over; nothing is left of it\n" },
  { "closed-by-reset",
    "peer listener web port=30000 on-accept=keep\n"
    "client phone connect=web count=1 message=hi\nafter 2s web.close\nafter 1h\n"
    "expect phone.closed-count == 0\n",
    1, 5,
    LISTENS ESTABLISHED DOWN
    "2s web: accept source destroyed (generation 1)\n"
    "2s web: phone#1 ended: its listener closed, with 2 bytes unread: by RST\n"
    "2s web: closed (generation 1), at the script's word\n"
    "2s kernel: phone#1, web's end: ESTABLISHED -> CLOSED\n" UP },
  { "answered-when-up",
    "listener web port=30000 on-accept=hello background-policy=keep check-on-return=none "
    "close-order=client-first\n"
    "launch\nhome\nclient phone connect=web count=1\nafter 2s open\n"
    "expect no phone.answered for 2s\nwait phone.answered within 1s\n",
    1, 5,
    LISTENS "0s phone: connected as phone#1\n"
            "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n" DOWN
            "2s web: accepted phone#1\n"
            "2s kernel: phone#1, web's end: CLOSED -> ESTABLISHED\n" UP
            "5s phone: phone#1 was answered: hello\\n\n" },
  { "echo",
    "listener web port=30000 on-accept=echo background-policy=keep check-on-return=none\n"
    "launch\nhome\nclient phone connect=web count=1 message=hi\nafter 2s open\nafter 4s\n",
    1, 5,
    LISTENS
    "0s phone: connected as phone#1\n"
    "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n" DOWN "2s web: accepted phone#1\n"
    "2s web: phone#1 ended: the server closed first\n"
    "2s kernel: phone#1, web's end: CLOSED -> FIN_WAIT1\n" UP "5s phone: phone#1 was answered: hi\n"
    "5s phone: phone#1 ended: the other end closed first\n"
    "5s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "5s kernel: phone#1, web's end: FIN_WAIT1 -> TIME_WAIT\n" },
  { "cannot-connect",
    "peer listener web port=30000 on-accept=close\nafter 2s\n"
    "client phone connect=web count=1 retry-every=1s\nafter 4s\n",
    1, 5,
    LISTENS DOWN "2s phone: phone#1 failed: ENETUNREACH\n"
                 "3s phone: phone#1 failed: ENETUNREACH\n"
                 "4s phone: phone#1 failed: ENETUNREACH\n" UP "5s web: accepted phone#1\n"
                 "5s web: phone#1 ended: the server closed first\n"
                 "5s phone: connected as phone#1\n"
                 "5s phone: phone#1 ended: the other end closed first\n"
                 "5s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n" },
  { "cannot-connect-ipv6",
    "peer listener web address=:: port=30000 on-accept=close\nafter 2s\n"
    "client phone connect=[::1]:30000 count=1 retry-every=3s\nafter 4s\n",
    1, 5,
    LISTENS DOWN "2s phone: phone#1 failed: EADDRNOTAVAIL\n" UP "5s web: accepted phone#1\n"
                 "5s web: phone#1 ended: the server closed first\n"
                 "5s phone: connected as phone#1\n"
                 "5s phone: phone#1 ended: the other end closed first\n"
                 "5s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n" },
  { "time-wait-passes",
    "set device time-wait=2s\npeer listener web port=30000 on-accept=close\n"
    "client phone connect=web count=1\nafter 6s\n",
    1, 5,
    LISTENS "0s web: accepted phone#1\n0s web: phone#1 ended: the server closed first\n"
            "0s phone: connected as phone#1\n"
            "0s phone: phone#1 ended: the other end closed first\n"
            "0s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n" DOWN
            "2s kernel: phone#1, web's end: TIME_WAIT is over; nothing is left of it\n" UP },
  { "listener-comes-back-without-a-link",
    "peer listener web address=127.0.0.1 port=30000\nafter 2s web.close\nweb.open\n"
    "expect web.state == listening\nafter 3s\nclient phone connect=web count=1 close-first=yes\n"
    "expect phone.connected-count == 1\n",
    1, 4,
    LISTENS DOWN "2s web: accept source destroyed (generation 1)\n"
                 "2s web: closed (generation 1), at the script's word\n"
                 "2s web: listens on port 30000 (generation 2)\n"
                 "2s kernel: web, web's end: CLOSED -> LISTEN\n"
                 "4s kernel: the network's link is up again\n"
                 "5s web: accepted phone#1\n"
                 "5s phone: connected as phone#1\n"
                 "5s phone: phone#1 ended: the client closed first\n"
                 "5s web: phone#1 ended: the client closed first\n"
                 "5s kernel: phone#1, phone's end: CLOSED -> TIME_WAIT\n" },
};

/* Plays the script with the link down in between. (transfer full) */
static char *
play (const Story *story)
{
  g_autoptr (NetTest) test = net_test_new (story->script);
  ReboundSite *world = rebound_run_get_world (test->run);
  Change down = { REBOUND_KERNEL (test->kernel), FALSE };
  Change up = { REBOUND_KERNEL (test->kernel), TRUE };
  g_autoptr (ReboundTimer) first = rebound_site_new_timer (world, "down", change_link, &down);
  g_autoptr (ReboundTimer) second = rebound_site_new_timer (world, "up", change_link, &up);

  rebound_timer_arm (first, story->down_sec * G_USEC_PER_SEC);
  if (story->up_sec > 0)
    rebound_timer_arm (second, story->up_sec * G_USEC_PER_SEC);
  net_test_play (test);
  return net_test_dup_story (test, "kernel phone tablet other web");
}

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autofree char *told = play (story);

  g_assert_cmpstr (told, ==, story->story);
}

/* How often a story is told anew. */
#define N_TIMES 20

static const Story crowd = {
  "crowd",
  "peer listener web port=30000 on-accept=keep\npeer listener other port=30001 on-accept=keep "
  "address=::\nclient phone connect=web at-once=5 count=5\n"
  "client tablet connect=other at-once=5 count=5\nafter 2s other.close\nweb.close\nafter 1h\n",
  1, 5, NULL
};

static void
test_same_every_time (void)
{
  g_autofree char *first = play (&crowd);

  g_test_summary ("ten connections that were closed without a link end in one order, every time");
  for (guint i = 0; i < N_TIMES; i++)
    {
      g_autofree char *again = play (&crowd);

      g_assert_cmpstr (again, ==, first);
    }
}

static void
test_next_run (void)
{
  const Story left_down = { "left-down", "after 2s\n", 1, 0, NULL };
  g_autofree char *story = play (&left_down);

  g_test_summary ("a run that ends without a link leaves the next one with one");
  net_test_play_story ("peer listener web port=30000 on-accept=close\n"
                       "client phone connect=web count=1\n",
                       "phone",
                       "0s phone: connected as phone#1\n"
                       "0s phone: phone#1 ended: the other end closed first\n");
}

static void
test_syn_is_sent_again (void)
{
  const Story story
      = { "syn-is-sent-again",
          "listener web port=30000 backlog=0 on-accept=close background-policy=keep\nlaunch\nhome\n"
          "client phone connect=web count=2 at-once=2\nafter 2s open\nafter 1min\n",
          1, 5, NULL };
  g_autofree char *told = play (&story);

  g_test_summary (
      "a SYN that a full backlog dropped goes on being sent again without a link: it is "
      "no failure, and it comes through at its next turn");
  g_assert_nonnull (strstr (told, "phone: phone#2: the backlog is full"));
  g_assert_null (strstr (told, "ENETUNREACH"));
  g_assert_nonnull (strstr (told, "7s phone: connected as phone#2\n"));
}

/* -- a program's own sockets -- */

typedef struct
{
  NetTest *test;
  RawPair pair;
} Own;

static void
connect_own (gpointer user_data)
{
  Own *self = user_data;

  self->pair = raw_new_pair ();
  rebound_linux_kernel_adopt (self->test->kernel, rebound_run_get_world (self->test->run), "mine",
                              "mine#1", self->pair.ours);
}

static void
take_down (gpointer user_data)
{
  Own *self = user_data;
  g_autoptr (GError) error = NULL;

  rebound_kernel_set_link_up (REBOUND_KERNEL (self->test->kernel), FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (send (self->pair.ours, "hello", 5, MSG_NOSIGNAL), ==, 5);
}

static void
bring_up (gpointer user_data)
{
  Own *self = user_data;
  g_autoptr (GError) error = NULL;

  rebound_kernel_set_link_up (REBOUND_KERNEL (self->test->kernel), TRUE, &error);
  g_assert_no_error (error);
}

static void
close_own (gpointer user_data)
{
  Own *self = user_data;

  g_assert_no_errno (close (self->pair.ours));
}

/* (transfer full) */
static char *
play_own (Own *self, gint64 close_usec)
{
  static void (*const steps[]) (gpointer user_data)
      = { connect_own, take_down, bring_up, close_own };
  const gint64 times_usec[] = { 0, G_USEC_PER_SEC, 5 * G_USEC_PER_SEC, close_usec };
  g_autoptr (NetTest) test = net_test_new ("after 1h\n");
  ReboundTimer *timers[G_N_ELEMENTS (steps)];

  self->test = test;
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      timers[i]
          = rebound_site_new_timer (rebound_run_get_world (test->run), "step", steps[i], self);
      rebound_timer_arm (timers[i], times_usec[i]);
    }
  net_test_play (test);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    rebound_timer_free (timers[i]);
  g_assert_cmpint (raw_receive (self->pair.peer), ==, 5);
  raw_close (self->pair.peer);
  return net_test_dup_story (test, "kernel");
}

static void
test_adopted (void)
{
  Own own = { NULL };
  g_autofree char *story = play_own (&own, 10 * G_USEC_PER_SEC);

  g_test_summary ("what a program wrote to a socket of its own without a link is sent, too");
  g_assert_cmpstr (story, ==,
                   "0s kernel: mine#1, mine's end: CLOSED -> ESTABLISHED\n" DOWN UP
                   "10s kernel: mine#1, mine's end: ESTABLISHED -> FIN_WAIT2\n"
                   "70s kernel: mine#1, mine's end: FIN_WAIT2 is over; nothing is left of it\n");
}

/* Nothing was kept of it: the kernel's own timer sends the FIN, and virtual time waits for that. */
static void
test_adopted_closed (void)
{
  Own own = { NULL };
  g_autofree char *story = play_own (&own, 2 * G_USEC_PER_SEC);

  g_test_summary (
      "where a program closed its own socket without a link, time waits for the kernel");
  g_assert_cmpstr (story, ==,
                   "0s kernel: mine#1, mine's end: CLOSED -> ESTABLISHED\n" DOWN
                   "2s kernel: mine#1, mine's end: ESTABLISHED -> FIN_WAIT1\n" UP
                   "5s kernel: mine#1, mine's end: FIN_WAIT1 -> FIN_WAIT2\n"
                   "65s kernel: mine#1, mine's end: FIN_WAIT2 is over; nothing is left of it\n");
}

/* -- on the machine's clock, and on the machine's network -- */

static void
refuse_link (gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rebound_kernel_set_link_up (user_data, FALSE, &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
  g_assert_nonnull (strstr (error->message, "without isolation"));
}

static void
play_for_a_moment (void (*step) (gpointer user_data))
{
  static const char script[] = "after 1ms\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (script, strlen (script));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, "test.life", NULL, REBOUND_CLOCK_REAL, &error);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (ReboundTimer) timer = NULL;

  g_assert_no_error (error);
  rebound_run_set_kernel (run, kernel);
  timer = rebound_site_new_timer (rebound_run_get_world (run), "step", step, kernel);
  rebound_timer_arm (timer, 0);
  g_assert_cmpint (rebound_run_play (run, &error), ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_no_error (error);
}

static void
test_host (void)
{
  g_test_summary ("without isolation the link is the machine's, and is left alone");
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  play_for_a_moment (refuse_link);
}

static void
count (GObject *kernel, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
go_down_and_up (gpointer user_data)
{
  guint n_signals = 0;

  g_signal_connect (user_data, "link-down", G_CALLBACK (count), &n_signals);
  g_signal_connect (user_data, "link-up", G_CALLBACK (count), &n_signals);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      ReboundLink link;

      rebound_kernel_set_link_up (user_data, i >= 2, &error); /* what is so already is no change */
      g_assert_no_error (error);
      g_object_get (user_data, "link", &link, NULL);
      g_assert_cmpint (link, ==, i >= 2 ? REBOUND_LINK_UP : REBOUND_LINK_DOWN);
    }
  g_assert_cmpuint (n_signals, ==, 2);
  g_signal_handlers_disconnect_by_func (user_data, count, &n_signals);
}

static void
test_real_clock (void)
{
  g_test_summary ("on the machine's clock the link can be taken down as well");
  play_for_a_moment (go_down_and_up);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess () && !kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/link/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/link/same-every-time", test_same_every_time);
  g_test_add_func ("/link/next-run", test_next_run);
  g_test_add_func ("/link/syn-is-sent-again", test_syn_is_sent_again);
  g_test_add_func ("/link/adopted", test_adopted);
  g_test_add_func ("/link/adopted-closed", test_adopted_closed);
  g_test_add_func ("/link/real-clock", test_real_clock);
  g_test_add_func ("/link/host", test_host);
  return g_test_run ();
}
