/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The phone is played through its public interface alone, and what is compared is what anybody
 * could see: signals in their order with the state that reads in each, properties, refusals. So
 * nothing of how the program keeps its table can make the two agree. */

#include "phone-test.h"

#include <string.h>

#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-error.h"

static void
take_down (PhoneTest *self, const char *what)
{
  ReboundApplicationState state = rebound_application_get_state (self->application);

  g_string_append_printf (self->seen, "%s(%s) ", what, lifecycle_table_name_state (state));
}

/* Connected swapped: whatever arguments a signal has come after the one that is wanted. */
#define CALLBACK(name, what)                                                                       \
  static void on_##name (PhoneTest *self)                                                          \
  {                                                                                                \
    take_down (self, what);                                                                        \
  }
#define EVENT(name, what)                                                                          \
  static void on_##name (PhoneTest *self)                                                          \
  {                                                                                                \
    g_string_append (self->seen, what " ");                                                        \
  }

CALLBACK (will_finish_launching, "WF")
CALLBACK (did_finish_launching, "DF")
CALLBACK (did_become_active, "BA")
CALLBACK (will_resign_active, "RA")
CALLBACK (did_enter_background, "EB")
CALLBACK (will_enter_foreground, "EF")
CALLBACK (will_terminate, "WT")
CALLBACK (did_receive_memory_warning, "MW")
CALLBACK (protected_data_will_become_unavailable, "PDU")
CALLBACK (protected_data_did_become_available, "PDA")
EVENT (suspended, "freeze")
EVENT (resumed, "thaw")
EVENT (died, "gone")

static void
listen_to (PhoneTest *self)
{
  static const struct
  {
    const char *signal;
    void (*callback) (PhoneTest *self);
  } listeners[] = {
    { "will-finish-launching", on_will_finish_launching },
    { "did-finish-launching", on_did_finish_launching },
    { "did-become-active", on_did_become_active },
    { "will-resign-active", on_will_resign_active },
    { "did-enter-background", on_did_enter_background },
    { "will-enter-foreground", on_will_enter_foreground },
    { "will-terminate", on_will_terminate },
    { "did-receive-memory-warning", on_did_receive_memory_warning },
    { "protected-data-will-become-unavailable", on_protected_data_will_become_unavailable },
    { "protected-data-did-become-available", on_protected_data_did_become_available },
    { "suspended", on_suspended },
    { "resumed", on_resumed },
    { "died", on_died },
  };

  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    g_signal_connect_swapped (self->application, listeners[i].signal,
                              G_CALLBACK (listeners[i].callback), self);
}

static GSourceFuncs canary_funcs = { .prepare = NULL };

typedef struct
{
  GSource source;
  PhoneTest *phone;
} Canary;

static void
on_canary_gone (GSource *source)
{
  ((Canary *) source)->phone->context_is_gone = TRUE;
}

/* A source that sees its context go: which it does not as long as anybody holds it. */
static void
add_canary (PhoneTest *self, GMainContext *context)
{
  g_autoptr (GSource) source = g_source_new (&canary_funcs, sizeof (Canary));

  ((Canary *) source)->phone = self;
  g_source_set_static_name (source, "canary");
  g_source_set_dispose_function (source, on_canary_gone);
  g_source_attach (source, context);
}

void
phone_test_init (PhoneTest *self)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  *self = (PhoneTest){ .seen = g_string_new (NULL) };
  add_canary (self, context);
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->site = rebound_site_new (self->clock, context);
  self->application = rebound_application_new (self->site);
  self->device = rebound_device_new (self->application);
  listen_to (self);
}

void
phone_test_clear (PhoneTest *self)
{
  g_assert_finalize_object (self->device);
  g_assert_finalize_object (self->application);
  g_assert_finalize_object (self->site);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, -1);
  g_assert_finalize_object (self->clock);
  g_assert_true (self->context_is_gone);
  g_string_free (self->seen, TRUE);
}

void
phone_test_set (PhoneTest *self, const char *property, const char *value)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self->device), property);

  g_assert_nonnull (pspec);
  if (G_IS_PARAM_SPEC_ENUM (pspec))
    {
      GEnumValue *known = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, value);

      g_assert_nonnull (known);
      g_object_set (self->device, property, known->value, NULL);
    }
  else
    g_object_set (self->device, property, strcmp (value, "yes") == 0, NULL);
}

void
phone_test_do (PhoneTest *self, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, ", ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      rebound_device_perform (self->device, list[i], &error);
      g_assert_no_error (error);
    }
}

/* First the lock, with the application in front of it or not, then the state, then the rest. All of
 * it by words of one step, as far as that goes. */
void
phone_test_bring_to (PhoneTest *self, const Situation *situation)
{
  static const char *const from_active[LIFECYCLE_TABLE_N_STATES]
      = { "kill", "resign-active", NULL, "resign-active, enter-background",
          "resign-active, enter-background, suspend" };

  if (!situation->locked)
    phone_test_do (self, "launch");
  else if (situation->in_front)
    phone_test_do (self, "launch, lock, resume, enter-foreground, become-active");
  else
    phone_test_do (self, "launch, home, lock, resume, enter-foreground, become-active");
  if (from_active[situation->state] != NULL)
    phone_test_do (self, from_active[situation->state]);
  if (situation->link_down)
    phone_test_do (self, "network-down");
  if (situation->lock_resigns)
    phone_test_set (self, "lock-means", "resign");
  if (situation->debugger)
    phone_test_set (self, "debugger", "yes");
  self->situation = *situation;
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The words behind “possible: ”, sorted. */
static char *
sort_possible (const char *list)
{
  g_auto (GStrv) words = g_strsplit (list, ", ", -1);

  qsort (words, g_strv_length (words), sizeof *words, compare_words);
  return g_strjoinv (", ", words);
}

void
phone_test_check_refusal (const Situation *situation,
                          const char *word,
                          gboolean own_only,
                          const GError *error)
{
  g_autofree char *head
      = g_strdup_printf ("“%s” is not possible while the application is %s%s; possible: ", word,
                         lifecycle_table_name_state (situation->state),
                         situation->locked && !own_only ? ", the phone is locked" : "");
  g_autofree char *expected = lifecycle_table_list_possible (situation, own_only);
  g_autofree char *named = NULL;

  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  if (!g_str_has_prefix (error->message, head))
    g_assert_cmpstr (error->message, ==, head); /* tells both */
  named = sort_possible (error->message + strlen (head));
  g_assert_cmpstr (named, ==, expected);
}

static void
check_where (PhoneTest *self)
{
  gboolean locked;

  g_object_get (self->device, "locked", &locked, NULL);
  g_assert_cmpint (locked, ==, self->situation.locked);
  if (self->situation.state == REBOUND_APPLICATION_STATE_NOT_RUNNING)
    g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, -1);
}

void
phone_test_check_word (PhoneTest *self, guint word)
{
  const char *name = lifecycle_table_get_word (word);
  const char *state = lifecycle_table_name_state (self->situation.state);
  g_autofree char *cell = lifecycle_table_play (&self->situation, word);
  g_autofree char *where = lifecycle_table_describe (&self->situation);
  g_autofree char *expected = cell != NULL
                                  ? g_strdup_printf ("%s: %s: %s", where, name, cell)
                                  : g_strdup_printf ("%s: %s: refused > %s", where, name, state);
  g_autoptr (GError) error = NULL;
  gboolean done;

  g_string_printf (self->seen, "%s: %s: ", where, name);
  done = rebound_device_perform (self->device, name, &error);
  g_string_append_printf (self->seen, "%s> %s", done ? "" : "refused ",
                          lifecycle_table_name_state (
                              rebound_application_get_state (self->application)));
  g_assert_cmpstr (self->seen->str, ==, expected);
  if (done)
    {
      g_assert_no_error (error);
      self->situation = lifecycle_table_follow (&self->situation, word);
    }
  else
    phone_test_check_refusal (&self->situation, name, FALSE, error);
  check_where (self);
}
