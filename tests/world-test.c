/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "world-test.h"

#include "kernel/kernel-test.h"
#include "lifecycle/rebound-clock-private.h"

static void
on_state_changed (ReboundSocket *socket, guint8 from, guint8 to, gpointer user_data)
{
}

static void
on_expired (ReboundSocket *socket, gpointer user_data)
{
}

void
world_open (World *self)
{
  const ReboundSocketTableListener listener = { on_state_changed, on_expired, NULL };

  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->site = rebound_site_new (self->clock, self->context);
  self->table = rebound_socket_table_new (kernel_test_diag (), TRUE, &listener);
  rebound_socket_table_start (self->table, self->site);
}

void
world_close (World *self)
{
  rebound_socket_table_stop (self->table);
  rebound_socket_table_free (self->table);
  g_object_unref (self->site);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
}

/* Everything that can happen now has happened, and the kernel is quiet. */
void
world_settle (World *self)
{
  for (guint i = 0; i < 100000; i++)
    {
      gboolean is_busy = g_main_context_iteration (self->context, FALSE);

      kernel_test_settle ();
      if (!is_busy && !rebound_clock_grant (self->clock) && !g_main_context_pending (self->context))
        {
          g_autofree char *waits_for = NULL;

          if (!rebound_socket_table_observe (self->table, &waits_for))
            g_error ("in the kernel: %s", waits_for);
          return;
        }
    }
  g_error ("a busy loop");
}

void
world_pass_time (World *self, gint64 usec)
{
  gint64 end_usec = rebound_clock_get_time_usec (self->clock) + usec;
  gint64 next_usec;

  world_settle (self);
  while ((next_usec = rebound_clock_get_next_deadline_usec (self->clock)) >= 0
         && next_usec <= end_usec)
    {
      rebound_clock_jump (self->clock, next_usec);
      world_settle (self);
    }
  rebound_clock_jump (self->clock, end_usec);
  world_settle (self);
}

void
world_assert_nothing_is_left (World *world)
{
  g_autoptr (GPtrArray) sockets = rebound_socket_table_list_site (world->table, NULL);

  g_assert_cmpuint (sockets->len, ==, 0);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (world->clock), ==, -1);
}
