/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application.h"
#include "rebound-device.h"
#include "rebound-error.h"
#include "rebound-event-sink.h"
#include "rebound-kernel.h"

G_BEGIN_DECLS

/**
 * ReboundRunStatus:
 * @REBOUND_RUN_STATUS_AS_EXPECTED: the script was played to its end and every expectation was met
 * @REBOUND_RUN_STATUS_FAILED: an expectation failed, or something that the script waited for did
 * not come
 * @REBOUND_RUN_STATUS_SCRIPT_ERROR: the script is wrong; nothing was played
 * @REBOUND_RUN_STATUS_INTERNAL: a rule of the simulator itself was broken, or the machine lacks
 * what an actor needs (%REBOUND_ERROR_LACKING)
 * @REBOUND_RUN_STATUS_INTERRUPTED: rebound_run_interrupt() was called
 *
 * How a run ended; the values are the exit status of the program. Since: 0.1
 */
typedef enum
{
  REBOUND_RUN_STATUS_AS_EXPECTED = 0,
  REBOUND_RUN_STATUS_FAILED = 1,
  REBOUND_RUN_STATUS_SCRIPT_ERROR = 2,
  REBOUND_RUN_STATUS_INTERNAL = 99,
  REBOUND_RUN_STATUS_INTERRUPTED = 130,
} ReboundRunStatus;

/**
 * ReboundRun:
 *
 * A script, and everything that it takes to play it once. Since: 0.1
 */
#define REBOUND_TYPE_RUN (rebound_run_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundRun, rebound_run, REBOUND, RUN, GObject)

/**
 * rebound_run_new_from_file:
 * @file: the script
 * @name: (nullable): how to call it in messages; %NULL for its path
 * @mode: how time passes
 * @error: return location for a #GError
 *
 * Reads a script. What is wrong with its form is %REBOUND_ERROR_SCRIPT, one line a mistake. The
 * files that it includes are read now, and nothing is read later. They are of the folder that @file
 * is in: a path with a “..”, one that begins with “/”, and one that leads elsewhere by a symbolic
 * link are mistakes.
 *
 * Returns: (transfer full): a run that has not begun, or %NULL
 * Since: 0.1
 */
REBOUND_API ReboundRun *
rebound_run_new_from_file (GFile *file, const char *name, ReboundClockMode mode, GError **error);

/**
 * rebound_run_new_from_file_full:
 * @file: the script
 * @name: (nullable): how to call it in messages; %NULL for its path
 * @include_dirs: (nullable) (array zero-terminated=1): paths of folders; %NULL for none
 * @mode: how time passes
 * @error: return location for a #GError
 *
 * Like rebound_run_new_from_file(), for a script that may include from other folders too: what is
 * not beside the file that includes it is looked for in @include_dirs, in their order, and symbolic
 * links may lead there.
 *
 * Returns: (transfer full): a run that has not begun, or %NULL
 * Since: 0.1
 */
REBOUND_API ReboundRun *rebound_run_new_from_file_full (GFile *file,
                                                        const char *name,
                                                        const char *const *include_dirs,
                                                        ReboundClockMode mode,
                                                        GError **error);

/**
 * rebound_run_new_from_bytes:
 * @bytes: the script
 * @name: how to call it in messages
 * @folder: (nullable): where its includes are; %NULL if it can have none
 * @mode: how time passes
 * @error: return location for a #GError
 *
 * Like rebound_run_new_from_file(), for a script that is in memory.
 *
 * Returns: (transfer full): a run that has not begun, or %NULL
 * Since: 0.1
 */
REBOUND_API ReboundRun *rebound_run_new_from_bytes (GBytes *bytes,
                                                    const char *name,
                                                    GFile *folder,
                                                    ReboundClockMode mode,
                                                    GError **error);

/**
 * rebound_run_new_from_bytes_full:
 * @bytes: the script
 * @name: how to call it in messages
 * @folder: (nullable): where its includes are; %NULL if it is in none
 * @include_dirs: (nullable) (array zero-terminated=1): paths of folders; %NULL for none
 * @mode: how time passes
 * @error: return location for a #GError
 *
 * Like rebound_run_new_from_file_full(), for a script that is in memory.
 *
 * Returns: (transfer full): a run that has not begun, or %NULL
 * Since: 0.1
 */
REBOUND_API ReboundRun *rebound_run_new_from_bytes_full (GBytes *bytes,
                                                         const char *name,
                                                         GFile *folder,
                                                         const char *const *include_dirs,
                                                         ReboundClockMode mode,
                                                         GError **error);

/**
 * rebound_run_get_title:
 *
 * Returns: (transfer full): the first line of the comment that opens the script, or ""
 * Since: 0.1
 */
REBOUND_API char *rebound_run_get_title (ReboundRun *self);

/**
 * rebound_run_get_header:
 *
 * What the script says of itself: its title, and what follows.
 *
 * Returns: (transfer none): the comment that opens the script, a line each without its “#”, or ""
 * Since: 0.1
 */
REBOUND_API const char *rebound_run_get_header (ReboundRun *self);

/**
 * rebound_run_get_n_texts:
 *
 * Returns: how many files the script was read from: itself, and what it includes
 * Since: 0.1
 */
REBOUND_API guint rebound_run_get_n_texts (ReboundRun *self);

/**
 * rebound_run_get_text:
 * @index: less than rebound_run_get_n_texts(); 0 is the script itself
 * @name: (out) (transfer none) (optional): what the file is called in messages and in
 *   rebound_event_get_source()
 *
 * Returns: (transfer none): what was read
 * Since: 0.1
 */
REBOUND_API GBytes *rebound_run_get_text (ReboundRun *self, guint index, const char **name);

/**
 * rebound_run_get_owner:
 * @name: what the script calls an actor, an application or the like
 *
 * Returns: (transfer none) (nullable): the name of the application that it belongs to, and that an
 *   application has itself; %NULL for a peer, the device, the kernel, or what is not there (yet)
 * Since: 0.1
 */
REBOUND_API const char *rebound_run_get_owner (ReboundRun *self, const char *name);

/**
 * rebound_run_get_place:
 *
 * Returns: (transfer none) (nullable): "file:line" of the statement that is being played, or that
 *   was the last; as rebound_event_get_source()
 * Since: 0.1
 */
REBOUND_API const char *rebound_run_get_place (ReboundRun *self);

/**
 * rebound_run_get_clock:
 *
 * Returns: (transfer none): the run's clock
 * Since: 0.1
 */
REBOUND_API ReboundClock *rebound_run_get_clock (ReboundRun *self);

/**
 * rebound_run_get_world:
 *
 * Returns: (transfer none): where the peers live, with the context that goes on whatever the
 * application does Since: 0.1
 */
REBOUND_API ReboundSite *rebound_run_get_world (ReboundRun *self);

/**
 * rebound_run_get_application:
 *
 * Returns: (transfer none): the application; its site's context is not iterated while it is
 * suspended Since: 0.1
 */
REBOUND_API ReboundApplication *rebound_run_get_application (ReboundRun *self);

/**
 * rebound_run_get_device:
 *
 * Returns: (transfer none): the device
 * Since: 0.1
 */
REBOUND_API ReboundDevice *rebound_run_get_device (ReboundRun *self);

/**
 * rebound_run_set_kernel:
 * @kernel: who looks after the sockets; scripts call it kernel
 *
 * A run whose actors use sockets needs one. Call it before the run is checked or played. Since: 0.1
 */
REBOUND_API void rebound_run_set_kernel (ReboundRun *self, ReboundKernel *kernel);

/**
 * rebound_run_add_sink:
 * @sink: where events go
 *
 * Since: 0.1
 */
REBOUND_API void rebound_run_add_sink (ReboundRun *self, ReboundEventSink *sink);

/**
 * rebound_run_add_object:
 * @name: what the script calls it: [a-z][a-z0-9-]*
 * @object: the object
 *
 * Puts an object of the program's own under the script: its properties can be set and expected, its
 * action signals called, its other signals waited for. One that implements #ReboundActor belongs to
 * the application: it comes to life at launch, and its sources are to be in the application's
 * context. Its type need not be registered.
 *
 * Returns: %TRUE; %FALSE if the name is taken or is none
 * Since: 0.1
 */
REBOUND_API gboolean rebound_run_add_object (ReboundRun *self, const char *name, GObject *object);

/**
 * rebound_run_set_variable:
 * @name: a variable that the script sets with `let`
 * @value: what it is to be instead
 * @error: return location for a #GError
 *
 * Returns: %TRUE; %FALSE with %REBOUND_ERROR_SCRIPT if the script has no such variable
 * Since: 0.1
 */
REBOUND_API gboolean rebound_run_set_variable (ReboundRun *self,
                                               const char *name,
                                               const char *value,
                                               GError **error);

/**
 * rebound_run_set_fill:
 * @fill: whether steps of the lifecycle that the script leaves out are played, instead of being a
 * mistake
 *
 * Since: 0.1
 */
REBOUND_API void rebound_run_set_fill (ReboundRun *self, gboolean fill);

/**
 * rebound_run_set_wall_limit:
 * @limit_usec: microseconds of the machine's time that the run may take, or -1
 *
 * Since: 0.1
 */
REBOUND_API void rebound_run_set_wall_limit (ReboundRun *self, gint64 limit_usec);

/**
 * ReboundImproviseFunc:
 * @run: the run
 * @refused: (nullable): why the line before could not be carried out, so that it has done nothing;
 * %NULL where it was, or where there was none
 * @user_data: what was given with the function
 *
 * Returns: (transfer full) (nullable): the next statement, a line as a script has it; %NULL when
 * there is no more
 * Since: 0.1
 */
typedef char *(*ReboundImproviseFunc) (ReboundRun *run, const GError *refused, gpointer user_data);

/**
 * rebound_run_set_improviser:
 * @func: (scope forever): who is asked for more statements
 * @user_data: passed to @func
 *
 * Statements that nobody has written: when the script comes to its first “eventually”, or to its
 * end where it has none, @func is asked for one, which is played and has settled when it is asked
 * for the next. An actor's action that is refused is left out, and @func is told; whatever else
 * goes wrong ends the run, as it does in a script. Events name their places “improvised:1”,
 * “improvised:2”. Since: 0.1
 */
REBOUND_API void
rebound_run_set_improviser (ReboundRun *self, ReboundImproviseFunc func, gpointer user_data);

/**
 * rebound_run_list_names:
 *
 * Who plays in the run: what exists from the start, and what has been declared so far.
 * rebound_site_find() knows the objects.
 *
 * Returns: (transfer container) (array zero-terminated=1): the names, in the order of their
 * declaration
 * Since: 0.1
 */
REBOUND_API const char **rebound_run_list_names (ReboundRun *self);

/**
 * rebound_run_check:
 * @error: return location for a #GError
 *
 * Holds the script against the types and objects that it names, and runs nothing.
 *
 * Returns: %TRUE if there is no mistake
 * Since: 0.1
 */
REBOUND_API gboolean rebound_run_check (ReboundRun *self, GError **error);

/**
 * rebound_run_prepare:
 * @error: return location for a #GError
 *
 * Has what the actors of the script need, such as a library, loaded now: before
 * rebound_isolation_enter(), so that a run opens none of the machine's files once it is isolated.
 * rebound_run_play() does it otherwise. Call rebound_run_check() first.
 *
 * Returns: %TRUE if all of it is there
 * Since: 0.1
 */
REBOUND_API gboolean rebound_run_prepare (ReboundRun *self, GError **error);

/**
 * rebound_run_check_name:
 * @name: a word
 * @error: return location for a #GError
 *
 * Whether events can be of @name: the script declares it, it exists from the start, or the log has
 * it, as script and run. Call rebound_run_check() first.
 *
 * Returns: %TRUE; %FALSE with %REBOUND_ERROR_SCRIPT, which has the names that there are
 * Since: 0.1
 */
REBOUND_API gboolean rebound_run_check_name (ReboundRun *self, const char *name, GError **error);

/**
 * rebound_run_play:
 * @error: return location for a #GError
 *
 * Checks the script and plays it, once. The calling thread iterates the run's contexts until the
 * script has ended; then every actor's life ends, without a word. @error is set when the status is
 * not %REBOUND_RUN_STATUS_AS_EXPECTED.
 *
 * Returns: how the run ended
 * Since: 0.1
 */
REBOUND_API ReboundRunStatus rebound_run_play (ReboundRun *self, GError **error);

/**
 * rebound_run_list_kinds:
 *
 * The events of a run are its actors' signals, and what it says itself: which statement is played,
 * what was as expected.
 *
 * Returns: (transfer container) (array zero-terminated=1): the kinds of what it says itself
 * Since: 0.1
 */
REBOUND_API const char **rebound_run_list_kinds (void);

/**
 * rebound_run_get_kind_blurb:
 * @kind: one of rebound_run_list_kinds()
 *
 * Returns: (transfer none) (nullable): what it means
 * Since: 0.1
 */
REBOUND_API const char *rebound_run_get_kind_blurb (const char *kind);

/**
 * rebound_run_list_fields:
 * @kind: one of rebound_run_list_kinds()
 *
 * Returns: (transfer full) (element-type GParamSpec): the fields that such an event has
 * Since: 0.1
 */
REBOUND_API GPtrArray *rebound_run_list_fields (const char *kind);

/**
 * rebound_run_interrupt:
 *
 * Ends the run at the next opportunity. To be called from a source in the world's context. Since:
 * 0.1
 */
REBOUND_API void rebound_run_interrupt (ReboundRun *self);

G_END_DECLS
