/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files are begun before anything is played and put into their places after it, all of them: one
 * that fails is no reason to lose the others. Standard output is one stream, so two reports on it
 * are a mistake, and so is the same file twice, however it is called. */

#include "rebound-destinations.h"

#include <string.h>

#include "rebound-command.h"
#include "rebound-whole-file.h"

typedef struct
{
  const char *option; /* static */
  char *path;         /* "-": standard output */
  char *place;        /* the same, however it was called */
  ReboundWholeFile *file;
} Destination;

struct _ReboundDestinations
{
  GPtrArray *destinations; /* Destination */
};

static void
destination_free (gpointer data)
{
  Destination *destination = data;

  g_clear_pointer (&destination->file, rebound_whole_file_free);
  g_free (destination->path);
  g_free (destination->place);
  g_free (destination);
}

ReboundDestinations *
rebound_destinations_new (void)
{
  ReboundDestinations *self = g_new0 (ReboundDestinations, 1);

  self->destinations = g_ptr_array_new_with_free_func (destination_free);
  return self;
}

void
rebound_destinations_free (ReboundDestinations *self)
{
  g_ptr_array_unref (self->destinations);
  g_free (self);
}

static Destination *
get (ReboundDestinations *self, guint index)
{
  return self->destinations->pdata[index];
}

static gboolean
is_standard (const char *path)
{
  return strcmp (path, "-") == 0;
}

static char *
find_place (const char *path)
{
  return is_standard (path) ? g_strdup (path) : g_canonicalize_filename (path, NULL);
}

static gboolean
is_taken (ReboundDestinations *self, const char *path)
{
  g_autofree char *place = find_place (path);

  for (guint i = 0; i < self->destinations->len; i++)
    if (strcmp (get (self, i)->place, place) == 0)
      return TRUE;
  return FALSE;
}

gboolean
rebound_destinations_add (ReboundDestinations *self, const char *option, const char *path)
{
  Destination *destination;

  if (*path == '\0')
    rebound_command_complain ("%s: no file is named; expected one, or - for standard output",
                              option);
  else if (is_taken (self, path))
    rebound_command_complain ("%s: two outputs go to %s; expected one of them elsewhere", option,
                              is_standard (path) ? "standard output" : path);
  else
    {
      destination = g_new0 (Destination, 1);
      destination->option = option;
      destination->path = g_strdup (path);
      destination->place = find_place (path);
      g_ptr_array_add (self->destinations, destination);
      return TRUE;
    }
  return FALSE;
}

gboolean
rebound_destinations_has_standard (ReboundDestinations *self)
{
  return is_taken (self, "-");
}

gboolean
rebound_destinations_is_standard (ReboundDestinations *self, guint index)
{
  return is_standard (get (self, index)->path);
}

gboolean
rebound_destinations_open (ReboundDestinations *self)
{
  for (guint i = 0; i < self->destinations->len; i++)
    {
      Destination *destination = get (self, i);
      g_autoptr (GError) error = NULL;

      if (is_standard (destination->path))
        continue;
      destination->file = rebound_whole_file_new (destination->path, destination->option, &error);
      if (destination->file == NULL)
        {
          rebound_command_complain ("%s", error->message);
          return FALSE;
        }
    }
  return TRUE;
}

FILE *
rebound_destinations_get_stream (ReboundDestinations *self, guint index)
{
  ReboundWholeFile *file = get (self, index)->file;

  return file != NULL ? rebound_whole_file_get_stream (file) : stdout;
}

gboolean
rebound_destinations_commit (ReboundDestinations *self)
{
  gboolean whole = TRUE;

  for (guint i = 0; i < self->destinations->len; i++)
    {
      Destination *destination = get (self, i);
      g_autoptr (GError) error = NULL;

      if (destination->file == NULL || rebound_whole_file_commit (destination->file, &error))
        continue;
      rebound_command_complain ("%s", error->message);
      whole = FALSE;
    }
  return whole;
}
