/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What no table of single words can show: that nothing of one word is left over in the next. Four
 * phones at a time are handled at random, now one and now another, with words that are possible and
 * words that are not, and each must stay in the table all the way. The walks are the same each
 * time: their seeds are 1 to 20, and a failure says which and how far it went. */

#include "descriptors.h"
#include "phone-test.h"

#include <gio/gio.h>

#define N_SEEDS  20
#define N_WORDS  5000 /* a seed: 100,000 in all */
#define N_PHONES 4

/* One word in so many is any word at all, so that about every other of those is refused; the rest
 * are possible ones, or half of each walk would go by while the application does not run. */
#define ANY_WORD_EVERY 4
/* Most ways out are passed by for the same reason, and settings changed now and then. */
#define END_EVERY     8
#define SETTING_EVERY 100

typedef struct
{
  GRand *rand;
  PhoneTest phones[N_PHONES];
  guint n_done;
  guint n_refused;
} Walk;

static guint n_played[64][LIFECYCLE_TABLE_N_STATES];

static gboolean
one_in (Walk *self, guint n)
{
  return g_rand_int_range (self->rand, 0, (gint32) n) == 0;
}

static gboolean
is_an_end (const Situation *situation, guint word)
{
  return lifecycle_table_follow (situation, word).state == REBOUND_APPLICATION_STATE_NOT_RUNNING
         && situation->state != REBOUND_APPLICATION_STATE_NOT_RUNNING;
}

static guint
pick_word (Walk *self, const Situation *situation)
{
  gboolean any = one_in (self, ANY_WORD_EVERY);
  gboolean end = one_in (self, END_EVERY);

  for (;;)
    {
      guint word
          = (guint) g_rand_int_range (self->rand, 0, (gint32) lifecycle_table_get_n_words ());
      gboolean possible = lifecycle_table_allows (situation, word);

      if (possible ? end || !is_an_end (situation, word) : any)
        return word;
    }
}

static void
change_setting (Walk *self, PhoneTest *phone)
{
  if (one_in (self, 2))
    {
      phone->situation.lock_resigns = !phone->situation.lock_resigns;
      phone_test_set (phone, "lock-means", phone->situation.lock_resigns ? "resign" : "background");
    }
  else
    {
      phone->situation.debugger = !phone->situation.debugger;
      phone_test_set (phone, "debugger", phone->situation.debugger ? "yes" : "no");
    }
}

static void
take_step (Walk *self)
{
  PhoneTest *phone = &self->phones[g_rand_int_range (self->rand, 0, N_PHONES)];
  guint word = pick_word (self, &phone->situation);

  if (one_in (self, SETTING_EVERY))
    change_setting (self, phone);
  if (lifecycle_table_allows (&phone->situation, word))
    {
      n_played[word][phone->situation.state]++;
      self->n_done++;
    }
  else
    self->n_refused++;
  phone_test_check_word (phone, word);
}

static void
test_walk (gconstpointer data)
{
  guint32 seed = GPOINTER_TO_UINT (data);
  guint n_before = count_descriptors ();
  Walk walk = { .rand = g_rand_new_with_seed (seed) };

  g_test_summary ("No sequence of words leaves the table, and nothing is left of it");

  for (guint i = 0; i < N_PHONES; i++)
    phone_test_init (&walk.phones[i]);
  for (guint i = 0; i < N_WORDS; i++)
    take_step (&walk);
  for (guint i = 0; i < N_PHONES; i++)
    phone_test_clear (&walk.phones[i]);
  g_rand_free (walk.rand);
  g_assert_cmpuint (count_descriptors (), ==, n_before);
  g_assert_cmpuint (walk.n_done, >, N_WORDS / 2);
  g_assert_cmpuint (walk.n_refused, >, N_WORDS / 20);
}

static void
test_went_everywhere (void)
{
  g_test_summary (
      "Together the walks went through every word from every state where it is possible");

  for (guint i = 0; i < LIFECYCLE_TABLE_N_NUMBERS; i++)
    for (guint word = 0; word < lifecycle_table_get_n_words (); word++)
      {
        Situation situation;

        if (lifecycle_table_get_situation (i, &situation)
            && lifecycle_table_allows (&situation, word))
          g_assert_cmpuint (n_played[word][situation.state], >, 0);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_main_context_default (); /* GLib keeps it once it is asked for: no descriptor of a walk's */
  g_assert_cmpuint (lifecycle_table_get_n_words (), <=, G_N_ELEMENTS (n_played));
  for (guint seed = 1; seed <= N_SEEDS; seed++)
    {
      g_autofree char *path = g_strdup_printf ("/random-walk/seed-%02u", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_walk);
    }
  g_test_add_func ("/random-walk/went-everywhere", test_went_everywhere);
  return g_test_run ();
}
