/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A life is made one statement at a time, out of what is possible at that instant. It ends with a
 * recovery: whatever was broken from outside is mended, and the application brought to the front,
 * so that what a script expects “eventually” has a fair chance. An application that dies on the way
 * is launched again; one that cannot be brought back in many steps is left as it is, and the
 * script's expectations will say so.
 *
 * Each statement is written down before it is played: it may be the last one that this process
 * plays. */

#include "rebound-life-author.h"

#include <string.h>

#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-value.h"
#include "rebound-life-grammar.h"
#include "rebound-life-values.h"

/* Of three steps two come after some time, and one at the same instant as the one before. */
#define WAITING_PART  2
#define WAITING_WHOLE 3

/* The longest way back takes five words; each is taken again where a watchdog was quicker. */
#define MOST_RECOVERY_STEPS 30

/* In the notes: a statement, and that the last one was refused. */
#define NOTE_STATEMENT '+'
#define NOTE_REFUSED   '-'

/* Something that could be done next. */
typedef struct
{
  const char *name; /* whose it is; of a word, the application that is named, or NULL */
  const char *word; /* or NULL */
  const char *type; /* of an action */
  guint action;
  const ReboundLifeSetting *setting; /* or NULL */
} Offer;

struct _ReboundLifeAuthor
{
  ReboundDice dice;
  guint n_steps;
  guint n_recovery_steps;
  char **words;
  FILE *notes;
  ReboundLifeValues *values; /* from the first statement on */
  gboolean is_critic;
  gboolean has_waited;
  gboolean is_limited; /* descriptors are */
  GPtrArray *undo;     /* the settings that were changed, as they were: "set NAME PROPERTY=VALUE" */
  GArray *offers;
  GArray *weights;
};

/* -- what there is to choose from -- */

static gboolean
is_wanted (ReboundLifeAuthor *self, const char *name, const char *what)
{
  g_autofree char *whole = name != NULL ? g_strdup_printf ("%s.%s", name, what) : g_strdup (what);

  return self->words == NULL || g_strv_contains ((const char *const *) self->words, whole);
}

/* Who is named explicitly is meant, whatever the table thinks. */
static void
add_offer (ReboundLifeAuthor *self, Offer offer, const char *what, const char *of, guint weight)
{
  if (self->words != NULL)
    weight = is_wanted (self, of, what) ? MAX (weight, 1) : 0;
  if (weight == 0)
    return;
  g_array_append_val (self->offers, offer);
  g_array_append_val (self->weights, weight);
}

static guint
find_action (GType type, const char *name)
{
  g_autoptr (GArray) actions = rebound_member_list (type, TRUE);

  for (guint i = 0; i < actions->len; i++)
    if (strcmp (g_signal_name (g_array_index (actions, guint, i)), name) == 0)
      return g_array_index (actions, guint, i);
  return 0;
}

/* A word that is about one application, and can name it. */
static gboolean
can_name (const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word, " ", 2);
  guint action = find_action (REBOUND_TYPE_DEVICE, parts[0]);
  guint n_arguments = 0;

  if (action != 0)
    rebound_member_list_arguments (action, &n_arguments);
  return action == 0 || n_arguments > 0;
}

static void
offer_words (ReboundLifeAuthor *self, ReboundRun *run, const char *name)
{
  GObject *application = rebound_site_find (rebound_run_get_world (run), name);
  gboolean is_first = application == G_OBJECT (rebound_run_get_application (run));
  g_autofree const char **words
      = rebound_device_list_words (rebound_run_get_device (run),
                                   is_first ? NULL : REBOUND_APPLICATION (application));

  for (guint i = 0; words[i] != NULL; i++)
    {
      Offer offer = { .name = is_first ? NULL : name, .word = words[i] };
      g_auto (GStrv) parts = g_strsplit (words[i], " ", 2);

      if (is_first || can_name (words[i]))
        add_offer (self, offer, parts[0], NULL, rebound_life_grammar_weigh_word (words[i]));
    }
}

static int
compare_actions (gconstpointer a, gconstpointer b)
{
  return strcmp (g_signal_name (*(const guint *) a), g_signal_name (*(const guint *) b));
}

static void
offer_actions (ReboundLifeAuthor *self, ReboundRun *run, const char *name, const char *type)
{
  GObject *object = rebound_site_find (rebound_run_get_world (run), name);
  gboolean is_peer = rebound_run_get_owner (run, name) == NULL && strcmp (type, "kernel") != 0;
  g_autoptr (GArray) actions = rebound_member_list (G_OBJECT_TYPE (object), TRUE);

  g_array_sort (actions, compare_actions); /* whatever the order in which types came about */
  for (guint i = 0; i < actions->len; i++)
    {
      guint action = g_array_index (actions, guint, i);
      Offer offer = { .name = name, .type = type, .action = action };
      const char *what = g_signal_name (action);

      add_offer (self, offer, what, name, rebound_life_grammar_weigh_action (type, what, is_peer));
    }
}

static void
offer_settings (ReboundLifeAuthor *self, ReboundRun *run, const char *name, const char *type)
{
  guint n_settings;
  const ReboundLifeSetting *settings = rebound_life_grammar_list_settings (&n_settings);

  if (rebound_run_get_owner (run, name) != NULL)
    return;
  for (guint i = 0; i < n_settings; i++)
    {
      Offer offer = { .name = name, .setting = &settings[i] };

      if (strcmp (settings[i].type, type) == 0)
        add_offer (self, offer, settings[i].property, name, 1);
    }
}

static void
look_around (ReboundLifeAuthor *self, ReboundRun *run, const char **names)
{
  g_array_set_size (self->offers, 0);
  g_array_set_size (self->weights, 0);
  for (guint i = 0; names[i] != NULL; i++)
    {
      GObject *object = rebound_site_find (rebound_run_get_world (run), names[i]);
      const char *type = rebound_life_values_get_type (run, names[i]);

      if (REBOUND_IS_APPLICATION (object))
        offer_words (self, run, names[i]);
      if (object == NULL || type == NULL || strcmp (type, "device") == 0)
        continue;
      offer_actions (self, run, names[i], type);
      offer_settings (self, run, names[i], type);
    }
}

/* -- statements -- */

static char *
write_word (const Offer *offer)
{
  g_auto (GStrv) parts = g_strsplit (offer->word, " ", 2);

  if (offer->name == NULL)
    return g_strdup (offer->word);
  return g_strdup_printf ("%s %s%s%s", parts[0], offer->name, parts[1] != NULL ? " " : "",
                          parts[1] != NULL ? parts[1] : "");
}

static char *
write_action (ReboundLifeAuthor *self, const Offer *offer)
{
  GString *line = g_string_new (NULL);
  const char *what = g_signal_name (offer->action);

  g_string_printf (line, "%s.%s", offer->name, what);
  rebound_life_values_append_arguments (self->values, offer->type, offer->action, line);
  if (strcmp (offer->type, "kernel") == 0)
    self->is_limited = self->is_limited || strcmp (what, "limit-descriptors") == 0;
  return g_string_free (line, FALSE);
}

/* The first value that was changed is the one to be had again. */
static void
remember (ReboundLifeAuthor *self, ReboundRun *run, const Offer *offer)
{
  GObject *object = rebound_site_find (rebound_run_get_world (run), offer->name);
  GParamSpec *spec
      = g_object_class_find_property (G_OBJECT_GET_CLASS (object), offer->setting->property);
  g_autofree char *begin = g_strdup_printf ("set %s %s=", offer->name, spec->name);
  g_autofree char *text = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  for (guint i = 0; i < self->undo->len; i++)
    if (g_str_has_prefix (self->undo->pdata[i], begin))
      return;
  g_value_init (&value, spec->value_type);
  g_object_get_property (object, spec->name, &value);
  text = rebound_value_to_string (spec, &value);
  g_ptr_array_add (self->undo, g_strconcat (begin, text, NULL));
}

static char *
write_setting (ReboundLifeAuthor *self, ReboundRun *run, const Offer *offer)
{
  g_autofree char *value = rebound_life_values_pick (self->values, offer->setting->values);

  remember (self, run, offer);
  return g_strdup_printf ("set %s %s=%s", offer->name, offer->setting->property, value);
}

static char *
write_step (ReboundLifeAuthor *self, ReboundRun *run)
{
  g_autofree const char **names = rebound_run_list_names (run);
  const Offer *offer;

  if (!self->has_waited && rebound_dice_chance (&self->dice, WAITING_PART, WAITING_WHOLE))
    {
      g_autofree char *duration = rebound_life_values_draw_duration (self->values);

      self->has_waited = TRUE;
      return g_strdup_printf ("after %s", duration);
    }
  self->has_waited = FALSE;
  self->n_steps--;
  look_around (self, run, names);
  if (self->offers->len == 0) /* nothing that is wanted is possible: time goes on */
    return g_strdup ("after 1s");
  offer = &g_array_index (self->offers, Offer, rebound_dice_weigh (&self->dice, self->weights));
  return offer->word != NULL      ? write_word (offer)
         : offer->setting != NULL ? write_setting (self, run, offer)
                                  : write_action (self, offer);
}

/* The first of these that is possible is the next step back. */
static char *
write_way_back (ReboundLifeAuthor *self, ReboundRun *run)
{
  static const char *const ways[]
      = { "network-up", "unlock", "launch", "open", "end-interrupt", "become-active", NULL };
  ReboundApplication *application = rebound_run_get_application (run);
  g_autofree const char **words = rebound_device_list_words (rebound_run_get_device (run), NULL);
  gboolean is_active
      = rebound_application_get_state (application) == REBOUND_APPLICATION_STATE_ACTIVE;

  if (self->n_recovery_steps++ == MOST_RECOVERY_STEPS)
    return NULL;
  for (guint i = 0; ways[i] != NULL && (i < 2 || !is_active); i++)
    if (g_strv_contains (words, ways[i]))
      return g_strdup (ways[i]);
  return NULL;
}

static char *
write_recovery (ReboundLifeAuthor *self, ReboundRun *run)
{
  if (self->is_limited)
    {
      self->is_limited = FALSE;
      return g_strdup ("kernel.unlimit-descriptors");
    }
  if (self->undo->len > 0)
    return g_ptr_array_steal_index (self->undo, 0);
  return write_way_back (self, run);
}

static char *
improvise (ReboundRun *run, const GError *refused, gpointer user_data)
{
  ReboundLifeAuthor *self = user_data;
  char *line;

  if (self->values == NULL)
    self->values = rebound_life_values_new (run, &self->dice);
  if (refused != NULL)
    fprintf (self->notes, "%c\n", NOTE_REFUSED);
  line = self->n_steps > 0 ? write_step (self, run) : write_recovery (self, run);
  if (line != NULL)
    fprintf (self->notes, "%c%s\n", NOTE_STATEMENT, line);
  fflush (self->notes);
  if (self->is_critic)
    g_clear_pointer (&line, g_free);
  return line;
}

ReboundLifeAuthor *
rebound_life_author_new (ReboundRun *run, guint64 seed, guint n_steps, char **words, FILE *notes)
{
  ReboundLifeAuthor *self = g_new0 (ReboundLifeAuthor, 1);

  rebound_dice_init (&self->dice, seed);
  self->n_steps = n_steps;
  self->words = words;
  self->notes = notes;
  self->undo = g_ptr_array_new_with_free_func (g_free);
  self->offers = g_array_new (FALSE, FALSE, sizeof (Offer));
  self->weights = g_array_new (FALSE, FALSE, sizeof (guint));
  rebound_run_set_improviser (run, improvise, self);
  return self;
}

ReboundLifeAuthor *
rebound_life_author_new_critic (ReboundRun *run, FILE *notes)
{
  ReboundLifeAuthor *self = rebound_life_author_new (run, 0, 0, NULL, notes);

  self->is_critic = TRUE;
  return self;
}

void
rebound_life_author_free (ReboundLifeAuthor *self)
{
  g_clear_pointer (&self->values, rebound_life_values_free);
  g_ptr_array_unref (self->undo);
  g_array_unref (self->offers);
  g_array_unref (self->weights);
  g_free (self);
}

GPtrArray *
rebound_life_author_read (GBytes *notes)
{
  GPtrArray *statements = g_ptr_array_new_with_free_func (g_free);
  gsize size_bytes;
  const char *bytes = g_bytes_get_data (notes, &size_bytes);
  g_autofree char *text = g_strndup (size_bytes > 0 ? bytes : "", size_bytes);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] == NOTE_STATEMENT)
      g_ptr_array_add (statements, g_strdup (lines[i] + 1));
    else if (lines[i][0] == NOTE_REFUSED && statements->len > 0)
      g_ptr_array_set_size (statements, (int) statements->len - 1);
  return statements;
}
