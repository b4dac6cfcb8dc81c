/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several applications on one phone, by the pure functions alone: whom a word is for, what it does
 * to each and in which order, and how they stand afterwards. */

#include "lifecycle/rebound-phone-private.h"

#include <string.h>

#include "lifecycle/rebound-error.h"

#define N REBOUND_PHONE_NOBODY

/* One letter a state: n(ot-running), i(nactive), a(ctive), b(ackground), s(uspended). Capital: the
 * phone is locked and this one was in front. */
static const char letters[] = "niabs";

static GArray *
read_tenants (const char *states, guint flags)
{
  static const char *const names[] = { "app", "mail", "chat" };
  GArray *tenants = g_array_new (FALSE, FALSE, sizeof (ReboundTenant));

  for (guint i = 0; states[i] != '\0'; i++)
    {
      const char *letter = strchr (letters, g_ascii_tolower (states[i]));
      ReboundTenant tenant = { names[i], { (ReboundApplicationState) (letter - letters), flags } };

      if (g_ascii_isupper (states[i]))
        tenant.life.flags |= REBOUND_LIFE_IN_FRONT;
      g_array_append_val (tenants, tenant);
    }
  return tenants;
}

static char *
write_tenants (GArray *tenants)
{
  GString *states = g_string_new (NULL);

  for (guint i = 0; i < tenants->len; i++)
    {
      const ReboundLife *life = &g_array_index (tenants, ReboundTenant, i).life;
      char letter = letters[life->state];

      g_string_append_c (states, (life->flags & REBOUND_LIFE_IN_FRONT) != 0
                                     ? g_ascii_toupper (letter)
                                     : letter);
    }
  if ((g_array_index (tenants, ReboundTenant, 0).life.flags & REBOUND_LIFE_LOCKED) != 0)
    g_string_append (states, " locked");
  return g_string_free (states, FALSE);
}

static char *
write_plan (GArray *plan)
{
  GString *parts = g_string_new (NULL);

  for (guint i = 0; plan != NULL && i < plan->len; i++)
    {
      const ReboundPart *part = &g_array_index (plan, ReboundPart, i);

      g_string_append_printf (parts, "%s%u %s", i > 0 ? ", " : "", part->who, part->word);
    }
  return g_string_free (parts, FALSE);
}

static const struct
{
  const char *states;
  guint flags;
  guint target;
  const char *word;
  const char *plan; /* NULL: not possible */
  const char *after;
} rows[] = {
  /* Whoever comes to the front sends away whoever was there, before. */
  { "as", 0, 1, "open", "0 open-other, 1 open", "sa" },
  { "is", 0, 1, "open", "0 open-other, 1 open", "sa" },
  { "ab", 0, 1, "open", "0 open-other, 1 open", "sa" },
  { "sn", 0, 1, "launch", "1 launch", "sa" },
  { "an", 0, 1, "launch", "0 open-other, 1 launch", "sa" },
  { "na", 0, N, "launch", "1 open-other, 0 launch", "as" },
  { "sas", 0, 2, "open", "1 open-other, 2 open", "ssa" },
  { "bsa", 0, 0, "open", "2 open-other, 0 open", "ass" },
  { "an", 0, 1, "open", NULL, "an" },
  { "as", 0, 0, "open", NULL, "as" },
  /* An event in the background sends nobody away. */
  { "an", 0, 1, "launch background=yes", "1 launch background=yes", "as" },
  { "as", 0, 1, "wake", "1 wake", "as" },
  /* What a person does to the screen is done to whoever is seen, even if nobody was named. */
  { "sa", 0, N, "home", "1 home", "ss" },
  { "si", 0, N, "home", "1 home", "ss" },
  { "nsi", 0, N, "end-interrupt", "2 end-interrupt", "nsa" },
  { "sa", 0, N, "interrupt", "1 interrupt", "si" },
  { "si", 0, N, "accept-call", "1 accept-call", "ss" },
  { "sa", 0, N, "app-switcher", "1 app-switcher", "si" },
  { "si", 0, N, "pick-same", "1 pick-same", "sa" },
  { "si", 0, N, "pick-other", "1 pick-other", "ss" },
  { "sa", 0, N, "open-other", "1 open-other", "ss" },
  { "ss", 0, N, "home", NULL, "ss" },
  { "bs", 0, N, "home", NULL, "bs" },
  /* One's own words are one's own. */
  { "as", 0, 1, "kill", "1 kill", "an" },
  { "as", 0, N, "kill", "0 kill", "ns" },
  { "as", 0, 1, "swipe-kill", "1 swipe-kill", "an" },
  { "as", 0, N, "resume", NULL, "as" },
  { "as", 0, 1, "resume", "1 resume", "ab" },
  /* The lock and its like are for all for whom they mean something. */
  { "as", 0, N, "lock", "0 lock, 1 lock", "Ss locked" },
  { "sa", 0, N, "lock", "0 lock, 1 lock", "sS locked" },
  { "ns", 0, N, "lock", "0 lock, 1 lock", "ns locked" },
  { "sa", REBOUND_LIFE_LOCK_RESIGNS, N, "lock", "0 lock, 1 lock", "sI locked" },
  { "sS", REBOUND_LIFE_LOCKED, N, "unlock", "0 unlock, 1 unlock", "sa" },
  { "nSb", REBOUND_LIFE_LOCKED, N, "unlock", "0 unlock, 1 unlock, 2 unlock", "nab" },
  { "ss", 0, N, "unlock", NULL, "ss" },
  { "as", REBOUND_LIFE_LOCKED, N, "lock", NULL, "as locked" },
  { "as", 0, 1, "lock", "0 lock, 1 lock", "Ss locked" }, /* named or not: there is one lock */
  { "bab", 0, N, "reboot", "0 reboot, 1 reboot, 2 reboot", "nnn" },
  { "asb", 0, N, "reclaim-sockets", "1 reclaim-sockets, 2 reclaim-sockets", "asb" },
  { "an", 0, N, "reclaim-sockets", NULL, "an" },
  { "asb", 0, N, "memory-warning", "0 memory-warning, 2 memory-warning", "asb" },
  { "sn", 0, N, "memory-warning", NULL, "sn" },
  /* But for a memory warning that is one application's. */
  { "asb", 0, 2, "memory-warning", "2 memory-warning", "asb" },
  { "asb", 0, 1, "memory-warning", NULL, "asb" },
  { "as", 0, N, "network-down", "0 network-down, 1 network-down", "as" },
  { "as", REBOUND_LIFE_LINK_DOWN, N, "network-down", NULL, "as" },
  { "as", REBOUND_LIFE_LINK_DOWN, N, "network-up", "0 network-up, 1 network-up", "as" },
  /* Somebody else came to the front behind the lock. */
  { "Sn", REBOUND_LIFE_LOCKED, 1, "launch", "1 launch", "sa locked" },
  { "Sn", REBOUND_LIFE_LOCKED, 1, "launch background=yes", "1 launch background=yes", "Ss locked" },
  { "Ss", REBOUND_LIFE_LOCKED, 1, "open", NULL, "Ss locked" },
  { "Ss", REBOUND_LIFE_LOCKED, 0, "kill", "0 kill", "ns locked" },
  /* Under a debugger nobody is suspended, whoever is sent away. */
  { "ab", REBOUND_LIFE_AWAKE, 1, "open", "0 open-other, 1 open", "ba" },
};

static void
test_rows (void)
{
  g_test_summary ("Whom a word is for, in which order, and how they stand afterwards");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GArray) tenants = read_tenants (rows[i].states, rows[i].flags);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) plan = rebound_phone_plan (tenants, rows[i].target, rows[i].word, &error);
      g_autofree char *parts = write_plan (plan);
      g_autofree char *after = NULL;

      if (plan != NULL)
        rebound_phone_follow (tenants, plan);
      after = write_tenants (tenants);
      if (g_strcmp0 (parts, rows[i].plan != NULL ? rows[i].plan : "") != 0
          || strcmp (after, rows[i].after) != 0)
        g_test_message ("row %u: %s in %s", i, rows[i].word, rows[i].states);
      g_assert_cmpstr (parts, ==, rows[i].plan != NULL ? rows[i].plan : "");
      g_assert_cmpstr (after, ==, rows[i].after);
      if (rows[i].plan == NULL)
        g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
      else
        g_assert_no_error (error);
    }
}

/* Every word, in every pair of states, for nobody and for each: never two in front where there was
 * one, and what is planned is possible for whom it is planned. */
static void
test_never_two_in_front (void)
{
  static const char *const words[]
      = { "home",       "open",       "launch",        "lock",        "unlock",
          "open-other", "interrupt",  "end-interrupt", "accept-call", "app-switcher",
          "pick-same",  "pick-other", "swipe-kill",    "reboot",      "wake" };
  const guint n_pairs = 5 * 5;

  g_test_summary ("On an unlocked phone what a person does never leaves two applications in front");

  for (guint pair = 0; pair < n_pairs; pair++)
    for (guint w = 0; w < G_N_ELEMENTS (words); w++)
      for (guint target = 0; target < 3; target++)
        {
          const char states[] = { letters[pair / 5], letters[pair % 5], '\0' };
          g_autoptr (GArray) tenants = read_tenants (states, 0);
          g_autoptr (GArray) plan
              = rebound_phone_plan (tenants, target < 2 ? target : N, words[w], NULL);
          guint n_before = strcspn (states, "ai") == 2       ? 0
                           : strpbrk (states, "sbn") != NULL ? 1
                                                             : 2;
          guint n_after = 0;

          if (plan == NULL || n_before > 1)
            continue;
          for (guint i = 0; i < plan->len; i++)
            {
              const ReboundPart *part = &g_array_index (plan, ReboundPart, i);

              g_assert_nonnull (
                  rebound_life_plan (&g_array_index (tenants, ReboundTenant, part->who).life,
                                     part->word));
            }
          rebound_phone_follow (tenants, plan);
          for (guint i = 0; i < 2; i++)
            {
              ReboundApplicationState state = g_array_index (tenants, ReboundTenant, i).life.state;

              n_after += state == REBOUND_APPLICATION_STATE_ACTIVE
                         || state == REBOUND_APPLICATION_STATE_INACTIVE;
            }
          g_assert_cmpuint (n_after, <=, 1);
        }
}

static void
test_names (void)
{
  g_autoptr (GArray) one = read_tenants ("n", 0);
  g_autoptr (GArray) two = read_tenants ("sn", 0);
  g_autoptr (GError) of_one = NULL;
  g_autoptr (GError) of_two = NULL;

  g_test_summary ("A refusal says whose the state is, unless there is nobody else");

  g_assert_null (rebound_phone_plan (one, N, "home", &of_one));
  g_assert_true (g_str_has_prefix (of_one->message,
                                   "“home” is not possible while the application is "
                                   "not-running; possible: launch, "));
  g_assert_null (rebound_phone_plan (two, 1, "open", &of_two));
  g_assert_true (g_str_has_prefix (of_two->message, "“open” is not possible while mail is "
                                                    "not-running; possible: launch, "));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phone/rows", test_rows);
  g_test_add_func ("/phone/never-two-in-front", test_never_two_in_front);
  g_test_add_func ("/phone/names", test_names);
  return g_test_run ();
}
