/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain data: what is known of a play when its process is gone. */

#include "rebound-test-play.h"

static void
check_free (gpointer data)
{
  ReboundTestCheck *check = data;

  g_free (check->name);
  g_free (check->statement);
  g_free (check->line);
  g_free (check->seen);
  g_free (check);
}

ReboundTestPlay *
rebound_test_play_new (void)
{
  ReboundTestPlay *self = g_new0 (ReboundTestPlay, 1);

  self->checks = g_ptr_array_new_with_free_func (check_free);
  self->why = g_ptr_array_new_with_free_func (g_free);
  self->virtual_usec = -1;
  return self;
}

void
rebound_test_play_free (ReboundTestPlay *self)
{
  g_ptr_array_unref (self->checks);
  g_ptr_array_unref (self->why);
  g_free (self->title);
  g_free (self->source);
  g_free (self->field_problem);
  g_free (self->problem);
  g_free (self->messages);
  g_clear_pointer (&self->log, g_bytes_unref);
  g_clear_pointer (&self->events, g_bytes_unref);
  g_clear_pointer (&self->notes, g_bytes_unref);
  g_free (self);
}

guint
rebound_test_play_count_failed (const ReboundTestPlay *self)
{
  guint n_failed = 0;

  for (guint i = 0; i < self->checks->len; i++)
    n_failed += !((ReboundTestCheck *) self->checks->pdata[i])->is_met;
  return n_failed;
}
