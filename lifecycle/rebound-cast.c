/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Declarations are kept as values, not as text: they were checked once, and an actor that is made
 * anew at every launch is made from the same ones. */

#include "rebound-cast-private.h"

#include <string.h>

#include "rebound-application-private.h"
#include "rebound-file-locks-private.h"
#include "rebound-lookup-private.h"

typedef struct
{
  const char *name; /* interned */
  GValue value;
} Setting;

typedef struct
{
  const char *name; /* interned */
  GType type;
  ReboundApplication *application; /* whose it is; NULL: the world's */
  gboolean is_declared;            /* not an object that was there before */
  GArray *settings;                /* Setting */
  GObject *object;                 /* the one that lives, or the last one that did */
  gboolean is_alive;
} Part;

struct _ReboundCast
{
  GPtrArray *applications; /* ReboundApplication, in the order of declaration */
  ReboundSite *world;
  ReboundJournal *journal;
  ReboundApplicationFactory factory;
  gpointer factory_data;
  GPtrArray *parts; /* Part, in the order of declaration */
  GHashTable *by_name;
};

static void
setting_clear (gpointer data)
{
  g_value_unset (&((Setting *) data)->value);
}

static void
part_free (gpointer data)
{
  Part *part = data;

  g_array_unref (part->settings);
  g_clear_object (&part->object);
  g_free (part);
}

static void populate (ReboundApplication *application, gpointer user_data);

static void
add_application (ReboundCast *self, ReboundApplication *application)
{
  g_ptr_array_add (self->applications, g_object_ref (application));
  rebound_application_set_populate (application, populate, self);
}

static ReboundApplication *
first_application (ReboundCast *self)
{
  return self->applications->pdata[0];
}

ReboundCast *
rebound_cast_new (ReboundApplication *application, ReboundSite *world, ReboundJournal *journal)
{
  ReboundCast *self = g_new0 (ReboundCast, 1);

  self->applications = g_ptr_array_new_with_free_func (g_object_unref);
  self->world = g_object_ref (world);
  self->journal = journal;
  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  add_application (self, application);
  return self;
}

void
rebound_cast_set_application_factory (ReboundCast *self,
                                      ReboundApplicationFactory factory,
                                      gpointer user_data)
{
  self->factory = factory;
  self->factory_data = user_data;
}

void
rebound_cast_free (ReboundCast *self)
{
  for (guint i = 0; i < self->applications->len; i++)
    rebound_application_set_populate (self->applications->pdata[i], NULL, NULL);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->applications);
  g_object_unref (self->world);
  g_free (self);
}

static Part *
add_part (ReboundCast *self, const char *name, GType type, ReboundApplication *application)
{
  Part *part = g_new0 (Part, 1);

  part->name = g_intern_string (name);
  part->type = type;
  part->application = application;
  part->settings = g_array_new (FALSE, TRUE, sizeof (Setting));
  g_array_set_clear_func (part->settings, setting_clear);
  g_ptr_array_add (self->parts, part);
  g_hash_table_insert (self->by_name, (gpointer) part->name, part);
  return part;
}

static void
keep_setting (Part *part, const char *name, const GValue *value)
{
  Setting *setting = NULL;

  for (guint i = 0; i < part->settings->len && setting == NULL; i++)
    if (strcmp (g_array_index (part->settings, Setting, i).name, name) == 0)
      setting = &g_array_index (part->settings, Setting, i);
  if (setting == NULL)
    {
      g_array_set_size (part->settings, part->settings->len + 1);
      setting = &g_array_index (part->settings, Setting, part->settings->len - 1);
      setting->name = g_intern_string (name);
      g_value_init (&setting->value, G_VALUE_TYPE (value));
    }
  g_value_copy (value, &setting->value);
}

static GObject *
make (Part *part)
{
  guint n = part->settings->len;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree GValue *values = g_new0 (GValue, n + 1);

  for (guint i = 0; i < n; i++)
    {
      Setting *setting = &g_array_index (part->settings, Setting, i);

      names[i] = setting->name;
      values[i] = setting->value; /* borrowed: GObject copies */
    }
  return g_object_new_with_properties (part->type, n, names, values);
}

/* Gives a part its object, new if it was declared, and lets the journal follow it. */
static void
embody (ReboundCast *self, Part *part, ReboundSite *site)
{
  g_main_context_push_thread_default (rebound_site_get_context (site));
  if (part->is_declared)
    {
      g_autoptr (GObject) earlier = g_steal_pointer (&part->object);

      if (earlier != NULL)
        rebound_journal_unfollow (self->journal, earlier);
      part->object = make (part);
      if (earlier != NULL && REBOUND_IS_ACTOR (earlier))
        rebound_actor_take_over (REBOUND_ACTOR (part->object), REBOUND_ACTOR (earlier));
      rebound_journal_follow (self->journal, part->name, part->object);
    }
  if (REBOUND_IS_ACTOR (part->object))
    rebound_actor_set_name (REBOUND_ACTOR (part->object), part->name);
  part->is_alive = TRUE;
  g_main_context_pop_thread_default (rebound_site_get_context (site));
}

static void
embody_in_application (ReboundCast *self, Part *part)
{
  embody (self, part, rebound_application_get_site (part->application));
  if (REBOUND_IS_ACTOR (part->object))
    rebound_application_add_actor (part->application, REBOUND_ACTOR (part->object));
}

static void
populate (ReboundApplication *application, gpointer user_data)
{
  ReboundCast *self = user_data;

  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = self->parts->pdata[i];

      if (part->application == application)
        embody_in_application (self, part);
    }
}

static gboolean
is_in (ReboundApplication *application, ReboundApplicationState state)
{
  return application != NULL && rebound_application_get_state (application) == state;
}

static gboolean
site_runs (const Part *part)
{
  return !is_in (part->application, REBOUND_APPLICATION_STATE_NOT_RUNNING);
}

void
rebound_cast_add_object (ReboundCast *self, const char *name, GObject *object)
{
  /* An actor of a program's own is the application's; any other object just has a name. */
  Part *part = add_part (self, name, G_OBJECT_TYPE (object),
                         REBOUND_IS_ACTOR (object) ? first_application (self) : NULL);

  part->object = g_object_ref (object);
  rebound_journal_follow (self->journal, part->name, object);
  part->is_alive = part->application == NULL;
}

/* Whose actor a declaration makes: NULL, the world's. */
static ReboundApplication *
find_owner (ReboundCast *self, const ReboundStatement *declaration)
{
  GObject *named = declaration->place == REBOUND_PLACE_APPLICATION
                       ? rebound_cast_find (self, declaration->application.text)
                       : NULL;
  ReboundSide side;

  rebound_scriptable_look_up (declaration->type.text, &side);
  if (REBOUND_IS_APPLICATION (named))
    return REBOUND_APPLICATION (named);
  if (declaration->place == REBOUND_PLACE_PEER
      || (declaration->place == REBOUND_PLACE_OF_CLASS && side == REBOUND_SIDE_WORLD))
    return NULL;
  return first_application (self);
}

static void
declare_application (ReboundCast *self, const char *name)
{
  g_autoptr (ReboundApplication) application = self->factory (name, self->factory_data);

  add_application (self, application);
  rebound_cast_add_object (self, name, G_OBJECT (application));
}

static void
embody_in_world (ReboundCast *self, Part *part)
{
  embody (self, part, self->world);
  g_main_context_push_thread_default (rebound_site_get_context (self->world));
  if (REBOUND_IS_ACTOR (part->object))
    rebound_actor_come_to_life (REBOUND_ACTOR (part->object), self->world);
  g_main_context_pop_thread_default (rebound_site_get_context (self->world));
}

static void
keep_settings (Part *part, GArray *assignments)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();

  for (guint i = 0; i < assignments->len; i++)
    {
      ReboundAssignment *assignment = &g_array_index (assignments, ReboundAssignment, i);
      GParamSpec *pspec
          = rebound_look_up_property (part->type, &assignment->name, G_PARAM_WRITABLE, diagnostics);
      g_auto (GValue) value = G_VALUE_INIT;

      if (pspec != NULL && rebound_look_up_value (pspec, &assignment->value, &value, diagnostics))
        keep_setting (part, pspec->name, &value);
    }
}

void
rebound_cast_declare (ReboundCast *self, const ReboundStatement *declaration)
{
  GType type = rebound_scriptable_look_up (declaration->type.text, NULL);
  Part *part;

  if (type == REBOUND_TYPE_APPLICATION)
    {
      declare_application (self, declaration->name.text);
      return;
    }
  part = add_part (self, declaration->name.text, type, find_owner (self, declaration));
  part->is_declared = TRUE;
  keep_settings (part, declaration->assignments);
  if (part->application == NULL)
    embody_in_world (self, part);
  else if (site_runs (part))
    embody_in_application (self, part);
}

static Part *
find_part (ReboundCast *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

static gboolean
lives (const Part *part)
{
  return part->is_alive && site_runs (part);
}

void
rebound_cast_set (ReboundCast *self, const char *name, GParamSpec *pspec, const GValue *value)
{
  Part *part = find_part (self, name);

  keep_setting (part, pspec->name, value);
  if (part->object != NULL && (!part->is_declared || lives (part)))
    g_object_set_property (part->object, pspec->name, value);
}

GObject *
rebound_cast_find (ReboundCast *self, const char *name)
{
  Part *part = find_part (self, name);

  return part != NULL ? part->object : NULL;
}

/* The log says “run” and “script” where it speaks for itself. */
gboolean
rebound_cast_is_taken (ReboundCast *self, const char *name)
{
  return find_part (self, name) != NULL || strcmp (name, "run") == 0
         || strcmp (name, "script") == 0;
}

GType
rebound_cast_get_type_of (ReboundCast *self, const char *name)
{
  Part *part = find_part (self, name);

  return part != NULL ? part->type : G_TYPE_INVALID;
}

const char *
rebound_cast_get_owner_of (ReboundCast *self, const char *name)
{
  Part *part = find_part (self, name);

  if (part == NULL)
    return NULL;
  if (REBOUND_IS_APPLICATION (part->object))
    return part->name;
  return part->application != NULL ? rebound_cast_get_name_of (self, part->application) : NULL;
}

const char *
rebound_cast_get_name_of (ReboundCast *self, gconstpointer object)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (((Part *) self->parts->pdata[i])->object == object)
      return ((Part *) self->parts->pdata[i])->name;
  return NULL;
}

void
rebound_cast_read (ReboundCast *self, const char *name, GParamSpec *pspec, GValue *value)
{
  Part *part = find_part (self, name);

  g_value_init (value, G_PARAM_SPEC_VALUE_TYPE (pspec));
  if (part->object != NULL)
    {
      g_object_get_property (part->object, pspec->name, value);
      return;
    }
  g_param_value_set_default (pspec, value);
  for (guint i = 0; i < part->settings->len; i++)
    if (strcmp (g_array_index (part->settings, Setting, i).name, pspec->name) == 0)
      g_value_copy (&g_array_index (part->settings, Setting, i).value, value);
}

const char **
rebound_cast_list_names (ReboundCast *self)
{
  const char **names = g_new0 (const char *, self->parts->len + 1);

  for (guint i = 0; i < self->parts->len; i++)
    names[i] = ((Part *) self->parts->pdata[i])->name;
  return names;
}

char *
rebound_cast_dup_waiting (ReboundCast *self)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = self->parts->pdata[i];
      g_autofree char *what = NULL;

      if (!REBOUND_IS_ACTOR (part->object))
        continue;
      if (is_in (part->application, REBOUND_APPLICATION_STATE_SUSPENDED))
        what = g_strdup ("is suspended");
      else if (lives (part))
        what = rebound_actor_dup_waiting_for (REBOUND_ACTOR (part->object));
      if (what != NULL)
        g_string_append_printf (list, "%s%s %s", list->len > 0 ? ", " : "", part->name, what);
    }
  return list->len > 0 ? g_strdup (list->str) : NULL;
}

void
rebound_cast_tell_summary (ReboundCast *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = self->parts->pdata[i];

      if (REBOUND_IS_ACTOR (part->object))
        rebound_actor_tell_summary (REBOUND_ACTOR (part->object));
    }
}

void
rebound_cast_abandon (ReboundCast *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (((Part *) self->parts->pdata[i])->object != NULL)
      rebound_journal_unfollow (self->journal, ((Part *) self->parts->pdata[i])->object);
  for (guint i = 0; i < self->applications->len; i++)
    rebound_application_drop_actors (self->applications->pdata[i]);
  for (guint i = self->parts->len; i > 0; i--)
    {
      Part *part = self->parts->pdata[i - 1];

      if (part->is_alive && part->application == NULL && part->is_declared
          && REBOUND_IS_ACTOR (part->object))
        rebound_actor_abandon (REBOUND_ACTOR (part->object));
      part->is_alive = FALSE;
    }
}

void
rebound_cast_leave_out_locks (ReboundCast *self, GPtrArray *locks, ReboundApplication *application)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = self->parts->pdata[i];

      if (part->application != application && REBOUND_IS_ACTOR (part->object))
        rebound_file_locks_leave_out (locks, REBOUND_ACTOR (part->object));
    }
}
