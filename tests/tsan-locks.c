/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib is not built with ThreadSanitizer, and its mutex is a futex of its own: a lock that is taken
 * and given back is not seen, and whatever it protects looks like a race. This library is loaded
 * before GLib by tests/tsan, and tells. */

#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

static gpointer
find (gpointer *place, const char *name)
{
  gpointer found = g_atomic_pointer_get (place);

  if (found == NULL)
    {
      found = dlsym (RTLD_NEXT, name);
      g_atomic_pointer_set (place, found);
    }
  return found;
}

void
g_mutex_lock (GMutex *mutex)
{
  static gpointer real;

  ((void (*) (GMutex *)) find (&real, "g_mutex_lock")) (mutex);
  __tsan_acquire (mutex);
}

void
g_mutex_unlock (GMutex *mutex)
{
  static gpointer real;

  __tsan_release (mutex);
  ((void (*) (GMutex *)) find (&real, "g_mutex_unlock")) (mutex);
}
