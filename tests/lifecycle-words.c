/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lifecycle-words SEED COUNT: a phone and so many words of a life, at random, each possible where
 * it stands, as statements of a script. They are drawn from the tests' own table, so that a script
 * made of them also asks the program whether it agrees. */

#include "lifecycle-table.h"

#include <stdlib.h>

/* From nothing to what TIME_WAIT takes. */
static const char *const pauses[] = { "10ms", "200ms", "250ms", "1s", "2.5s", "10s", "70s" };

/* By what the lock means, as design.md has it. */
static const struct
{
  const char *name;
  gboolean lock_resigns;
} profiles[] = {
  { "linux", FALSE },  { "ios-4", TRUE },   { "ios-5", FALSE },
  { "ios-12", FALSE }, { "ios-13", FALSE },
};

/* One phone in so many has a debugger, under which little of interest happens. */
#define DEBUGGER_EVERY 8

/* One way out in so many is taken, or the application would hardly live. */
#define END_EVERY 8

static void
pick_phone (GRand *rand, Situation *situation)
{
  gint32 number = g_rand_int_range (rand, 0, G_N_ELEMENTS (profiles));

  g_print ("set device profile=%s\n", profiles[number].name);
  situation->lock_resigns = profiles[number].lock_resigns;
  situation->debugger = g_rand_int_range (rand, 0, DEBUGGER_EVERY) == 0;
  if (situation->debugger)
    g_print ("set device debugger=yes\n");
}

static guint
pick_word (GRand *rand, const Situation *situation)
{
  for (;;)
    {
      guint word = (guint) g_rand_int_range (rand, 0, (gint32) lifecycle_table_get_n_words ());

      if (lifecycle_table_allows (situation, word)
          && (lifecycle_table_follow (situation, word).state
                  != REBOUND_APPLICATION_STATE_NOT_RUNNING
              || g_rand_int_range (rand, 0, END_EVERY) == 0))
        return word;
    }
}

static void
print_statement (GRand *rand, const char *word)
{
  const char *pause = pauses[g_rand_int_range (rand, 0, G_N_ELEMENTS (pauses))];

  switch (g_rand_int_range (rand, 0, 4))
    {
    case 0:
      g_print ("after %s %s\n", pause, word);
      break;
    case 1:
      g_print ("after %s\n%s\n", pause, word);
      break;
    default:
      g_print ("%s\n", word);
      break;
    }
}

int
main (int argc, char *argv[])
{
  guint64 seed, count;
  Situation situation = { 0 };
  g_autoptr (GRand) rand = NULL;

  if (argc != 3 || !g_ascii_string_to_unsigned (argv[1], 10, 0, G_MAXUINT32, &seed, NULL)
      || !g_ascii_string_to_unsigned (argv[2], 10, 1, 100000, &count, NULL))
    {
      g_printerr ("usage: lifecycle-words SEED COUNT\n");
      return 2;
    }
  rand = g_rand_new_with_seed ((guint32) seed);
  pick_phone (rand, &situation);
  for (guint64 i = 0; i < count; i++)
    {
      guint word = pick_word (rand, &situation);

      print_statement (rand, lifecycle_table_get_word (word));
      situation = lifecycle_table_follow (&situation, word);
    }
  return 0;
}
