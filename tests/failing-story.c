/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "failing-story.h"

#include "net-test.h"
#include "net/rebound-kernel-probe-private.h"

static void
test_failure (gconstpointer data)
{
  const FailingStory *story = data;

  rebound_kernel_probe (NULL); /* with sockets of its own, which are not meant */
  failing_calls_plan (story->call, story->error_number, 1);
  net_test_play_story (story->script, story->actors, story->story);
  g_assert_cmpuint (failing_calls_get_count (story->call), ==, 1);
  failing_calls_clear ();
}

void
failing_story_add (const char *folder, const FailingStory *stories, guint n_stories)
{
  for (guint i = 0; i < n_stories; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/fails/%u", folder, i);

      g_test_add_data_func (path, &stories[i], test_failure);
    }
}
