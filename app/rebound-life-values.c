/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bugs of time live at its edges: a timer against a timer, a connection that is used at the instant
 * at which it is given up. So one wait in three is of a length that somebody in the run has for a
 * property, TIME_WAIT, the stay in the background, an idle timeout, or a millisecond to either side
 * of it. The rest are of any order of magnitude, with two digits, as a person would write them. */

#include "rebound-life-values.h"

#include <string.h>

#include "lifecycle/rebound-duration.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "lifecycle/rebound-scriptable.h"
#include "rebound-life-grammar.h"

/* A turn of the hand to a look into one's pocket. */
#define LEAST_USEC G_TIME_SPAN_MILLISECOND
#define MOST_USEC  (5 * G_TIME_SPAN_MINUTE)

/* An actor's time that is longer decides nothing in a life of some minutes. */
#define LONGEST_EDGE_USEC (10 * G_TIME_SPAN_MINUTE)

#define MOST_COUNT      6
#define MOST_SIZE_BYTES 65536
#define MOST_DRAWN_USEC (30 * G_TIME_SPAN_SECOND)

struct _ReboundLifeValues
{
  ReboundDice *dice;
  GArray *edges;      /* gint64, each once */
  GPtrArray *servers; /* names of http-servers */
};

const char *
rebound_life_values_get_type (ReboundRun *run, const char *name)
{
  GObject *object = rebound_site_find (rebound_run_get_world (run), name);
  g_autofree const char **types = rebound_scriptable_list ();

  if (strcmp (name, "kernel") == 0)
    return "kernel";
  if (strcmp (name, "device") == 0)
    return "device";
  for (guint i = 0; object != NULL && types[i] != NULL; i++)
    if (rebound_scriptable_look_up (types[i], NULL) == G_OBJECT_TYPE (object))
      return g_intern_string (types[i]);
  return NULL;
}

static void
add_edge (ReboundLifeValues *self, gint64 edge_usec)
{
  for (guint i = 0; i < self->edges->len; i++)
    if (g_array_index (self->edges, gint64, i) == edge_usec)
      return;
  if (edge_usec > LEAST_USEC && edge_usec <= LONGEST_EDGE_USEC)
    g_array_append_val (self->edges, edge_usec);
}

static void
add_edges_of (ReboundLifeValues *self, GObject *object)
{
  guint n_specs;
  g_autofree GParamSpec **specs
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n_specs);

  for (guint i = 0; i < n_specs; i++)
    {
      gint64 value_usec;

      if (!REBOUND_IS_PARAM_SPEC_DURATION (specs[i]) || (specs[i]->flags & G_PARAM_WRITABLE) == 0)
        continue;
      g_object_get (object, specs[i]->name, &value_usec, NULL);
      add_edge (self, value_usec);
    }
}

ReboundLifeValues *
rebound_life_values_new (ReboundRun *run, ReboundDice *dice)
{
  ReboundLifeValues *self = g_new0 (ReboundLifeValues, 1);
  g_autofree const char **names = rebound_run_list_names (run);

  self->dice = dice;
  self->edges = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->servers = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; names[i] != NULL; i++)
    {
      GObject *object = rebound_site_find (rebound_run_get_world (run), names[i]);

      if (object != NULL)
        add_edges_of (self, object);
      if (g_strcmp0 (rebound_life_values_get_type (run, names[i]), "http-server") == 0)
        g_ptr_array_add (self->servers, g_strdup (names[i]));
    }
  return self;
}

void
rebound_life_values_free (ReboundLifeValues *self)
{
  g_array_unref (self->edges);
  g_ptr_array_unref (self->servers);
  g_free (self);
}

/* To two digits. */
static gint64
round_usec (gint64 usec)
{
  gint64 unit_usec = 1;

  while (usec / unit_usec >= 100)
    unit_usec *= 10;
  return usec / unit_usec * unit_usec;
}

char *
rebound_life_values_draw_duration (ReboundLifeValues *self)
{
  gint64 usec;

  if (self->edges->len > 0 && rebound_dice_chance (self->dice, 1, 3))
    {
      usec = g_array_index (self->edges, gint64, rebound_dice_below (self->dice, self->edges->len));
      usec += ((gint64) rebound_dice_below (self->dice, 3) - 1) * G_TIME_SPAN_MILLISECOND;
    }
  else
    usec = round_usec (rebound_dice_magnitude (self->dice, LEAST_USEC, MOST_USEC));
  return rebound_duration_to_string (usec);
}

char *
rebound_life_values_pick (ReboundLifeValues *self, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  return g_strdup (list[rebound_dice_below (self->dice, g_strv_length (list))]);
}

static char *
draw_text (ReboundLifeValues *self, const char *type, const char *name)
{
  const char *texts = rebound_life_grammar_get_texts (type, name);

  if (strcmp (name, "uri") == 0 && self->servers->len > 0)
    return g_strdup_printf (
        "\"http://%s/\"",
        (char *) self->servers->pdata[rebound_dice_below (self->dice, self->servers->len)]);
  return texts != NULL ? rebound_life_values_pick (self, texts) : NULL;
}

static char *
draw_number (ReboundLifeValues *self, GParamSpec *spec)
{
  if (REBOUND_IS_PARAM_SPEC_DURATION (spec))
    return rebound_duration_to_string (
        round_usec (rebound_dice_magnitude (self->dice, LEAST_USEC, MOST_DRAWN_USEC)));
  if (REBOUND_IS_PARAM_SPEC_SIZE (spec))
    return g_strdup_printf ("%" G_GINT64_FORMAT "B",
                            rebound_dice_magnitude (self->dice, 1, MOST_SIZE_BYTES));
  if (G_IS_PARAM_SPEC_UINT (spec))
    {
      guint least = G_PARAM_SPEC_UINT (spec)->minimum;

      return g_strdup_printf ("%u", least + rebound_dice_below (self->dice, MOST_COUNT));
    }
  return NULL;
}

/* NULL where it is left to its default. */
static char *
draw_value (ReboundLifeValues *self, const char *type, GParamSpec *spec)
{
  gboolean is_text = G_IS_PARAM_SPEC_STRING (spec);

  if (is_text)
    return draw_text (self, type, spec->name);
  if ((spec->flags & REBOUND_PARAM_REQUIRED) == 0 && rebound_dice_chance (self->dice, 1, 2))
    return NULL;
  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    return g_strdup (rebound_dice_chance (self->dice, 1, 2) ? "yes" : "no");
  if (G_IS_PARAM_SPEC_ENUM (spec))
    {
      GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;

      return g_strdup (klass->values[rebound_dice_below (self->dice, klass->n_values)].value_nick);
    }
  return draw_number (self, spec);
}

void
rebound_life_values_append_arguments (ReboundLifeValues *self,
                                      const char *type,
                                      guint action,
                                      GString *line)
{
  guint n_specs;
  GParamSpec **specs = rebound_member_list_arguments (action, &n_specs);

  for (guint i = 0; i < n_specs; i++)
    {
      g_autofree char *value = draw_value (self, type, specs[i]);

      if (value != NULL)
        g_string_append_printf (line, " %s=%s", specs[i]->name, value);
    }
}
