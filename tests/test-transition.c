/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lifecycle, held against a table of its own (lifecycle-table.c): every word in every
 * situation, those that are possible and those that are not. It is the play that is compared, not
 * the data: which callbacks come, in which order, what the state reads in each, where it ends, and
 * what a refusal says. */

#include "phone-test.h"

/* Asks what can be asked of a phone to learn where it stands: a refusal lists all that is possible,
 * and an unlock shows who was in front. */
static void
check_situation (PhoneTest *phone)
{
  guint word = 0;

  while (lifecycle_table_allows (&phone->situation, word))
    word++;
  phone_test_check_word (phone, word);
  if (!phone->situation.locked)
    return;
  for (word = 0; word < lifecycle_table_get_n_words (); word++)
    if (g_str_equal (lifecycle_table_get_word (word), "unlock"))
      phone_test_check_word (phone, word);
}

static void
check_cell (const Situation *situation, guint word)
{
  PhoneTest phone;

  phone_test_init (&phone);
  phone_test_bring_to (&phone, situation);
  phone_test_check_word (&phone, word);
  check_situation (&phone);
  phone_test_clear (&phone);
}

static void
test_every_word (gconstpointer data)
{
  const char *word = data;
  Situation situation;
  guint number = 0;

  g_test_summary ("The word does what the documents say, or is refused whole, in every situation");

  while (!g_str_equal (lifecycle_table_get_word (number), word))
    number++;
  for (guint i = 0; i < LIFECYCLE_TABLE_N_NUMBERS; i++)
    if (lifecycle_table_get_situation (i, &situation))
      check_cell (&situation, number);
}

/* The system suspends, not the application: of what it does by itself that part may be left out, as
 * under a debugger. */
static void
check_played_alone (const char *seen, const Situation *situation, guint word)
{
  Situation unsuspended = *situation;
  g_autofree char *cell = lifecycle_table_play (situation, word);
  g_autofree char *most_of_it = NULL;

  unsuspended.debugger = TRUE;
  most_of_it = lifecycle_table_play (&unsuspended, word);
  if (!g_str_equal (seen, most_of_it))
    g_assert_cmpstr (seen, ==, cell);
}

static void
check_alone (PhoneTest *phone, guint word, const Situation *situation)
{
  const char *name = lifecycle_table_get_word (word);
  gboolean possible
      = lifecycle_table_is_own_word (word) && lifecycle_table_allows (situation, word);
  g_autoptr (GError) error = NULL;
  ReboundApplicationState state;

  g_string_truncate (phone->seen, 0);
  g_assert_cmpint (rebound_application_perform (phone->application, name, &error), ==, possible);
  state = rebound_application_get_state (phone->application);
  g_string_append_printf (phone->seen, "> %s", lifecycle_table_name_state (state));
  if (possible)
    {
      g_assert_no_error (error);
      check_played_alone (phone->seen->str, situation, word);
      return;
    }
  phone_test_check_refusal (situation, name, TRUE, error);
  g_assert_cmpint (state, ==, situation->state);
  g_assert_true (g_str_has_prefix (phone->seen->str, "> "));
}

static void
test_application_alone (void)
{
  g_test_summary ("The application by itself knows its own words and no lock");

  for (guint i = 0; i < LIFECYCLE_TABLE_N_STATES; i++)
    for (guint word = 0; word < lifecycle_table_get_n_words (); word++)
      {
        Situation situation = { .state = (ReboundApplicationState) i };
        PhoneTest phone;

        phone_test_init (&phone);
        phone_test_bring_to (&phone, &situation);
        check_alone (&phone, word, &situation);
        phone_test_clear (&phone);
      }
}

static void
test_other_words (void)
{
  static const char *const others[] = { "",
                                        "Launch",
                                        "launch ",
                                        "launch background",
                                        "launch background=maybe",
                                        "launch background=yes background=yes",
                                        "home background=yes",
                                        "set",
                                        "work",
                                        "possible",
                                        "suspended" };

  g_test_summary ("What is no word is refused, and nothing comes of it");

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    for (guint state = 0; state < LIFECYCLE_TABLE_N_STATES; state++)
      {
        Situation situation = { .state = (ReboundApplicationState) state };
        g_autoptr (GError) error = NULL;
        PhoneTest phone;

        phone_test_init (&phone);
        phone_test_bring_to (&phone, &situation);
        g_string_truncate (phone.seen, 0);
        g_assert_false (rebound_device_perform (phone.device, others[i], &error));
        g_assert_nonnull (error);
        g_assert_cmpstr (phone.seen->str, ==, "");
        check_situation (&phone);
        phone_test_clear (&phone);
      }
}

/* The generations of design.md, by what the lock means to them. */
static void
test_profiles (void)
{
  static const struct
  {
    const char *profile;
    gboolean lock_resigns;
  } profiles[] = {
    { "linux", FALSE },  { "ios-4", TRUE },   { "ios-5", FALSE },
    { "ios-12", FALSE }, { "ios-13", FALSE },
  };

  g_test_summary ("A profile says what the lock means");

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    for (guint word = 0; word < lifecycle_table_get_n_words (); word++)
      {
        Situation active = { .state = REBOUND_APPLICATION_STATE_ACTIVE };
        PhoneTest phone;

        phone_test_init (&phone);
        phone_test_bring_to (&phone, &active);
        phone_test_set (&phone, "profile", profiles[i].profile);
        phone.situation.lock_resigns = profiles[i].lock_resigns;
        phone_test_check_word (&phone, word);
        check_situation (&phone);
        phone_test_clear (&phone);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < lifecycle_table_get_n_words (); i++)
    {
      const char *word = lifecycle_table_get_word (i);
      g_autofree char *path = g_strdup_printf ("/transition/word/%s", word);

      g_strdelimit (path, " =", '-');
      g_test_add_data_func (path, word, test_every_word);
    }
  g_test_add_func ("/transition/application-alone", test_application_alone);
  g_test_add_func ("/transition/other-words", test_other_words);
  g_test_add_func ("/transition/profiles", test_profiles);
  return g_test_run ();
}
