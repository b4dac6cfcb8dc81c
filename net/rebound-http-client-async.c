/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client as a GLib program has it: an asynchronous call in GIO's manner. */

#include "rebound-http-client-private.h"

static void
on_done (ReboundHttpClient *client,
         ReboundHttpRequest *request,
         const GError *error,
         gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_boolean (task, TRUE);
}

void
rebound_http_client_send_async (ReboundHttpClient *self,
                                ReboundHttpRequest *request,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (REBOUND_IS_HTTP_CLIENT (self));
  g_return_if_fail (REBOUND_IS_HTTP_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, rebound_http_client_send_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->site == NULL || rebound_http_request_get_number (request) != 0)
    g_task_return_new_error (task, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_REQUEST, "%s",
                             self->site == NULL ? "the client has not come to life"
                                                : "the request was sent before");
  else
    rebound_http_client_submit (self, request, cancellable, on_done, g_steal_pointer (&task));
}

gboolean
rebound_http_client_send_finish (ReboundHttpClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
