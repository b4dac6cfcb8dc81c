/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One epoll behind one GSource: whose turn it is, and what happens to who is freed meanwhile. */

#include "net/rebound-poll-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"

#define N_CONNECTIONS 2000

typedef struct _Member Member;

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *site;
  ReboundPoll *poll;
  Member *members;
  guint n_members;
  GArray *order; /* guint: who had its turn */
  void (*func) (Member *member);
} Fixture;

struct _Member
{
  Fixture *fixture;
  guint number;
  int fd;
  guint32 events;
  ReboundWatch *watch;
};

static void
drain (Member *member)
{
  guint64 value;

  g_assert_cmpint (read (member->fd, &value, sizeof value), ==, sizeof value);
}

static void
make_ready (Member *member)
{
  guint64 one = 1;

  g_assert_cmpint (write (member->fd, &one, sizeof one), ==, sizeof one);
}

static void
leave (Member *member)
{
  g_clear_pointer (&member->watch, rebound_watch_free);
  g_assert_no_errno (close (member->fd));
  member->fd = -1;
}

static void
on_ready (guint32 events, gpointer user_data)
{
  Member *member = user_data;

  g_assert_nonnull (member->watch); /* nobody is called after it was freed */
  member->events = events;
  g_array_append_val (member->fixture->order, member->number);
  member->fixture->func (member);
}

static void
join (Fixture *self, Member *member, guint number)
{
  member->fixture = self;
  member->number = number;
  member->fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  g_assert_no_errno (member->fd);
  member->watch = rebound_poll_watch (self->poll, member->fd, EPOLLIN, on_ready, member);
  g_assert_nonnull (member->watch);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  self->site = rebound_site_new (self->clock, self->context);
  self->poll = rebound_poll_of_site (self->site);
  self->order = g_array_new (FALSE, FALSE, sizeof (guint));
  self->func = drain;
  self->n_members = GPOINTER_TO_UINT (data);
  self->members = g_new0 (Member, self->n_members);
  for (guint i = 0; i < self->n_members; i++)
    join (self, &self->members[i], i);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < self->n_members; i++)
    if (self->members[i].fd >= 0)
      leave (&self->members[i]);
  g_free (self->members);
  g_array_unref (self->order);
  g_clear_object (&self->site);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
}

static void
assert_order (Fixture *self, const char *expected)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->order->len; i++)
    g_string_append_printf (text, "%u ", g_array_index (self->order, guint, i));
  g_assert_cmpstr (text->str, ==, expected);
  g_string_free (text, TRUE);
  g_array_set_size (self->order, 0);
}

/* All of them, in one dispatch. */
static void
dispatch_all (Fixture *self)
{
  for (guint i = 0; i < self->n_members; i++)
    make_ready (&self->members[i]);
  g_assert_true (g_main_context_iteration (self->context, FALSE));
}

static void
test_order (Fixture *self, gconstpointer data)
{
  static const guint sequence[] = { 3, 0, 4, 1, 2 };

  g_test_summary ("who was watched first has its turn first, in whatever order it became ready");
  for (guint i = 0; i < G_N_ELEMENTS (sequence); i++)
    make_ready (&self->members[sequence[i]]);
  g_assert_true (g_main_context_iteration (self->context, FALSE));
  assert_order (self, "0 1 2 3 4 ");
  g_assert_false (g_main_context_iteration (self->context, FALSE));

  leave (&self->members[1]); /* and comes again, with the number that is free, as the last */
  join (self, &self->members[1], 1);
  dispatch_all (self);
  assert_order (self, "0 2 3 4 1 ");
}

static void
free_next (Member *member)
{
  drain (member);
  if (member->number + 1 < member->fixture->n_members)
    leave (&member->fixture->members[member->number + 1]);
}

static void
test_free_others (Fixture *self, gconstpointer data)
{
  g_test_summary ("who is freed by one before it has no turn any more");
  self->func = free_next;
  dispatch_all (self);
  assert_order (self, "0 2 4 ");
}

static void
test_free_itself (Fixture *self, gconstpointer data)
{
  g_test_summary ("a callback may free its own watch");
  self->func = leave;
  dispatch_all (self);
  assert_order (self, "0 1 2 3 4 ");
  g_assert_false (g_main_context_iteration (self->context, FALSE));
}

static void
free_before (Member *member)
{
  drain (member);
  if (member->number > 0)
    leave (&member->fixture->members[member->number - 1]);
}

static void
test_free_earlier (Fixture *self, gconstpointer data)
{
  g_test_summary ("who has had its turn may be freed by one after it");
  self->func = free_before;
  dispatch_all (self);
  assert_order (self, "0 1 2 3 4 ");
}

/* The descriptor of the next gets a new owner while the old one's event is still to be dispatched.
 */
static void
replace_next (Member *member)
{
  Member *next = &member->fixture->members[1];
  int old_fd = next->fd;

  drain (member);
  if (member->number != 0)
    return;
  leave (next);
  join (member->fixture, next, 1);
  g_assert_cmpint (next->fd, ==, old_fd);
}

static void
test_descriptor_reused (Fixture *self, gconstpointer data)
{
  g_test_summary ("an event of a closed descriptor is not given to who has its number now");
  self->func = replace_next;
  make_ready (&self->members[0]);
  make_ready (&self->members[1]);
  g_main_context_iteration (self->context, FALSE);
  assert_order (self, "0 ");
  g_assert_false (g_main_context_iteration (self->context, FALSE));
  self->func = drain;
  make_ready (&self->members[1]);
  g_main_context_iteration (self->context, FALSE);
  assert_order (self, "1 ");
}

static void
test_events (Fixture *self, gconstpointer data)
{
  Member *member = &self->members[0];

  g_test_summary ("the events that are watched can be changed; level-triggered");
  self->func = drain;
  rebound_watch_set_events (member->watch, 0);
  make_ready (member);
  g_assert_false (g_main_context_iteration (self->context, FALSE));
  rebound_watch_set_events (member->watch, EPOLLIN | EPOLLOUT);
  g_main_context_iteration (self->context, FALSE);
  g_assert_cmphex (member->events, ==, EPOLLIN | EPOLLOUT);
  rebound_watch_set_events (member->watch, EPOLLIN);
  g_assert_false (g_main_context_iteration (self->context, FALSE));
}

static void
iterate_within (Member *member)
{
  drain (member);
  if (member->number == 1)
    g_assert_true (g_main_context_iteration (member->fixture->context, FALSE));
}

static void
test_nested (Fixture *self, gconstpointer data)
{
  g_test_summary ("a main loop within a callback serves who has not had his turn; each has one");
  self->func = iterate_within;
  dispatch_all (self);
  assert_order (self, "0 1 2 3 4 ");
  g_assert_false (g_main_context_iteration (self->context, FALSE));
}

static void
let_go (Member *member)
{
  leave (member);
  if (member->number == 1)
    g_clear_object (&member->fixture->site);
}

static void
test_let_go_of_site (Fixture *self, gconstpointer data)
{
  g_test_summary ("the last of a dispatch may let go of the site, and the poll goes with it");
  self->func = let_go;
  dispatch_all (self);
  assert_order (self, "0 1 ");
  g_assert_false (g_main_context_iteration (self->context, FALSE));
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_test_summary ("a descriptor that is none cannot be watched: NULL, with errno");
  errno = 0;
  g_assert_null (rebound_poll_watch (self->poll, -1, EPOLLIN, on_ready, NULL));
  assert_errno (-errno, EBADF);
  g_assert_null (rebound_poll_watch (self->poll, self->members[0].fd, EPOLLIN, on_ready, NULL));
  assert_errno (-errno, EEXIST);
}

static void
test_one_for_a_site (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundSite) other = rebound_site_new (self->clock, self->context);

  g_assert_true (rebound_poll_of_site (self->site) == self->poll);
  g_assert_true (rebound_poll_of_site (other) != self->poll);
}

static void
test_many (Fixture *self, gconstpointer data)
{
  g_test_summary ("two thousand at once have their turn in one dispatch, and may all go in it");
  for (guint i = self->n_members; i > 0; i--)
    make_ready (&self->members[i - 1]);
  g_main_context_iteration (self->context, FALSE);
  g_assert_cmpuint (self->order->len, ==, self->n_members);
  for (guint i = 0; i < self->order->len; i++)
    g_assert_cmpuint (g_array_index (self->order, guint, i), ==, i);
  g_assert_false (g_main_context_iteration (self->context, FALSE));

  self->func = leave;
  dispatch_all (self);
  g_assert_cmpuint (self->order->len, ==, 2 * self->n_members);
}

#define ADD(name, n, test)                                                                         \
  g_test_add ("/poll/" name, Fixture, GUINT_TO_POINTER (n), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  struct rlimit limit;

  g_test_init (&argc, &argv, NULL);
  ADD ("order", 5, test_order);
  ADD ("free-others", 5, test_free_others);
  ADD ("free-itself", 5, test_free_itself);
  ADD ("free-earlier", 5, test_free_earlier);
  ADD ("descriptor-reused", 2, test_descriptor_reused);
  ADD ("events", 1, test_events);
  ADD ("nested", 5, test_nested);
  ADD ("let-go-of-site", 2, test_let_go_of_site);
  ADD ("refused", 1, test_refused);
  ADD ("one-for-a-site", 1, test_one_for_a_site);

  /* An ordinary user has 1,024 descriptors, and may have more. */
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = limit.rlim_max;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  if (limit.rlim_cur > N_CONNECTIONS + 100)
    ADD ("many", N_CONNECTIONS, test_many);
  else
    ADD ("many", limit.rlim_cur - 100, test_many);
  return g_test_run ();
}
