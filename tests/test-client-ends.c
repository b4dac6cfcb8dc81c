/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a client's connections end: its way out, the actions, a goodbye, and what becomes of them
 * when its application goes to the background. Each story is the whole of what happened to it. */

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-client.h"

typedef struct
{
  const char *name;
  const char *script;
  const char *story;
} Story;

#define WEB              "peer listener web port=30000 close-order=client-first "
#define ECHO             WEB "\n"
#define HELLO            WEB "on-accept=hello\n"
#define DEAF             WEB "on-accept=keep\n"
#define PHONE            "client phone connect=web count=1 "
#define CONNECTED        "0s phone: connected as phone#1\n"
#define HALF(time)       time " phone: phone#1: our half is closed; the other end may go on\n"
#define ANSWERED(answer) "0s phone: phone#1 was answered: " answer "\n"
#define ENDED(time, how) time " phone: phone#1 ended: " how "\n"
#define IN_ORDER(bytes)                                                                            \
  "both ends in good order, " bytes " bytes sent: the peer has read all of it, if it has closed"

/* -- in the world -- */

static const Story stories[] = {
  /* way-out, where the client is first */
  { "way/close", ECHO PHONE "close-first=yes\nexpect kernel.time-wait-count == 1\n",
    CONNECTED ENDED ("0s", "the client closed first") },
  { "way/finish",
    ECHO PHONE "close-first=yes way-out=finish message=hi\nexpect kernel.time-wait-count == 1\n"
               "expect phone.acknowledged-bytes == 2B\nexpect phone.received-bytes == 2B\n",
    CONNECTED ANSWERED ("hi") HALF ("0s") ENDED ("0s", IN_ORDER ("2")) },
  { "way/shutdown-send",
    ECHO PHONE "close-first=yes way-out=shutdown-send\nexpect kernel.time-wait-count == 1\n",
    CONNECTED HALF ("0s") ENDED ("0s", IN_ORDER ("0")) },
  { "way/abort",
    ECHO PHONE "close-first=yes way-out=abort\nexpect kernel.time-wait-count == 0\n"
               "expect web.last-end == ECONNRESET\nexpect phone.closed-count == 1\n",
    CONNECTED ENDED ("0s", "aborted; nothing lost") },

  /* way-out, where the other end is first */
  { "answer/finish", HELLO PHONE "way-out=finish\nweb.close-connections way=close\n",
    CONNECTED ANSWERED ("hello\\n")
        ENDED ("0s", "both ends in good order, the peer's first; 0 bytes sent") },
  { "answer/abort",
    HELLO PHONE "way-out=abort\nweb.close-connections way=close\n"
                "expect kernel.time-wait-count == 0\n",
    CONNECTED ANSWERED ("hello\\n") ENDED ("0s", "aborted; nothing lost") },
  { "answer/peer-finished",
    DEAF PHONE "way-out=shutdown-send\nphone.send bytes=16MiB\n"
               "web.close-connections way=shutdown-send\n",
    CONNECTED "0s phone: phone#1: the other end has said all; we go on\n" ENDED (
        "0s",
        "both ends in good order, the peer's first; 16777216 bytes sent") },

  /* the actions */
  { "act/hang-up", ECHO PHONE "way-out=abort\nphone.hang-up\n",
    CONNECTED ENDED ("0s", "aborted; nothing lost") },
  { "act/send",
    ECHO PHONE "\nphone.send text=one\nphone.send text=two\nexpect phone.last-answer == two\n"
               "phone.send bytes=10B\nexpect phone.given-bytes == 16B\n"
               "expect phone.received-bytes == 16B\n",
    CONNECTED ANSWERED ("one") ANSWERED ("two") ANSWERED ("xxxxxxxxxx") },
  { "act/finish", ECHO PHONE "\nphone.finish\n",
    CONNECTED HALF ("0s") ENDED ("0s", IN_ORDER ("0")) },
  { "act/finish-within", DEAF PHONE "\nphone.finish within=3s\nafter 3s\n",
    CONNECTED HALF ("0s") ENDED ("3s",
                                 "aborted: the peer had not ended 3s after it was asked to; "
                                 "nothing lost") },
  { "act/finish-drain",
    "peer socket gate\npeer socket far\ngate.socket\ngate.bind port=30000\ngate.listen\n"
    "client phone connect=127.0.0.1:30000 count=1\ngate.accept into=far\n"
    "phone.finish drain=4B\nfar.send text=hell\nfar.send text=o\n",
    CONNECTED HALF ("0s") ENDED ("0s",
                                 "aborted: the peer went on talking: more than 4 bytes drained; "
                                 "nothing lost") },
  { "act/shutdown-send",
    DEAF PHONE "\nphone.send text=hi\nphone.shutdown-send\nafter 1h\n"
               "web.close-connections way=close\n",
    CONNECTED HALF ("0s") "1h phone: phone#1 failed: ECONNRESET\n" },
  { "act/close",
    DEAF PHONE "\nphone.send bytes=16MiB\nphone.close\nexpect phone.lost-bytes > 1MiB\n", NULL },
  { "act/abort-on-the-way", DEAF PHONE "\nphone.finish within=1min\nphone.abort\n",
    CONNECTED HALF ("0s") ENDED ("0s", "aborted; nothing lost") },
  { "act/named",
    ECHO "client phone connect=web count=3 at-once=3\nphone.send text=hi connection=phone#2\n"
         "phone.abort connection=phone#1\nphone.finish connection=phone#3\n"
         "expect phone.open-count == 1\nset phone figures-of=phone#2\n"
         "expect phone.acknowledged-bytes == 2B\nset phone figures-of=phone#1\n"
         "expect phone.last-end == \"aborted; nothing lost\"\n"
         "set phone figures-of=phone#9\nexpect phone.last-end == \"\"\n",
    "0s phone: connected as phone#1\n0s phone: connected as phone#2\n"
    "0s phone: connected as phone#3\n0s phone: phone#2 was answered: hi\n"
    "0s phone: phone#1 ended: aborted; nothing lost\n"
    "0s phone: phone#3: our half is closed; the other end may go on\n"
    "0s phone: phone#3 ended: " IN_ORDER ("0") "\n" },

  /* a goodbye */
  { "goodbye/said", WEB "goodbye=BYE\n" PHONE "goodbye=BYE way-out=finish\nphone.hang-up\n",
    CONNECTED HALF ("0s") ENDED ("0s",
                                 "both ends in good order, 3 bytes sent: the peer has read all of "
                                 "it, and said goodbye") },
  { "goodbye/answered",
    WEB "goodbye=BYE on-accept=hello\n" PHONE "goodbye=BYE\nweb.close-connections way=finish\n"
        "expect web.last-end ~ \"*and said goodbye\"\n",
    CONNECTED ANSWERED ("hello\\n")
        ENDED ("0s", "both ends in good order, the peer's first; 3 bytes sent") },
  { "goodbye/another",
    WEB "goodbye=SERVUS on-accept=hello\n" PHONE "goodbye=BYE\nweb.close-connections way=finish\n"
        "expect web.last-end ~ \"*if it has closed\"\n",
    CONNECTED ANSWERED ("hello\\n") ENDED ("0s", "the other end closed first") },

  /* of a great many */
  { "untold",
    ECHO "client phone connect=web message=hi close-first=yes count=3 at-once=3 "
         "tell-connections=no\nexpect phone.closed-count == 3\nexpect phone.answered-count == 3\n"
         "expect phone.given-bytes == 6B\nexpect phone.last-end == \"the client closed first\"\n",
    "" },
  { "the-last-thousand",
    WEB "tell-connections=no backlog=2000\nclient phone connect=web close-first=yes count=1001 "
        "at-once=1001 tell-connections=no\nexpect phone.closed-count == 1001\n"
        "set phone figures-of=phone#1\nexpect phone.last-end == \"\"\n"
        "set phone figures-of=phone#2\nexpect phone.last-end == \"the client closed first\"\n",
    "" },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;

  net_test_play_story (story->script, story->story != NULL ? "phone" : "nobody",
                       story->story != NULL ? story->story : "");
}

/* -- in an application -- */

#define APP(policy) "in app client phone connect=web count=2 connection-policy=" policy " "

static const Story background[] = {
  { "keep", HELLO APP ("keep") "\nlaunch\nhome\nafter 10s\nexpect app.state == suspended\n",
    CONNECTED ANSWERED ("hello\\n") },
  { "close", HELLO APP ("close") "\nlaunch\nhome\nafter 10s\nexpect app.state == suspended\nopen\n",
    CONNECTED ANSWERED ("hello\\n")
        ENDED ("0s",
               "the client closed first, at did-enter-background") "10s phone: connected as "
                                                                   "phone#2\n10s phone: phone#2 "
                                                                   "was answered: hello\\n\n" },
  { "close/while-it-works",
    HELLO APP ("close") "\nlaunch\napp.begin-task name=work\nhome\nafter 10s\n"
                        "expect app.state == background\nexpect phone.connected-count == 1\n",
    CONNECTED ANSWERED ("hello\\n")
        ENDED ("0s", "the client closed first, at did-enter-background") },
  { "abort", HELLO APP ("abort") "\nlaunch\nhome\nexpect kernel.time-wait-count == 0\n",
    CONNECTED ANSWERED ("hello\\n") ENDED ("0s", "aborted; nothing lost") },
  { "finish",
    DEAF APP ("finish") "\nlaunch\nhome\nexpect app.state == background\nafter 2s\n"
                        "web.close-connections way=finish\nexpect app.state == suspended\n"
                        "expect phone.open-count == 0\n",
    CONNECTED HALF ("0s") ENDED ("2s", IN_ORDER ("0")) },
  { "finish-too-late",
    DEAF "set device background-budget=2s\n" APP (
        "finish") "finish-within=1min\nlaunch\nhome\nafter 2s\nexpect app.state == suspended\n",
    CONNECTED HALF ("0s") ENDED ("1s",
                                 "aborted: the peer had not ended 1s after it was asked to; "
                                 "nothing lost") },
  { "finish-and-back",
    DEAF APP ("finish") "\nlaunch\nhome\nopen\nweb.close-connections way=finish\n"
                        "after 1s\nexpect phone.connected-count == 2\n",
    CONNECTED HALF ("0s") ENDED ("0s", IN_ORDER ("0")) "1s phone: connected as phone#2\n" },
  { "finishing-already",
    DEAF APP ("keep") "\nlaunch\nphone.finish\nhome\nexpect app.state == background\nafter 5s\n"
                      "expect app.state == suspended\n",
    CONNECTED HALF ("0s") ENDED ("5s",
                                 "aborted: the peer had not ended 5s after it was asked to; "
                                 "nothing lost") },
  { "terminate", DEAF APP ("finish") "\nlaunch\nhome\nterminate\nexpect app.state == not-running\n",
    CONNECTED HALF ("0s") ENDED ("0s", "aborted: the application is about to end; nothing lost") },
  { "swiped-away", DEAF APP ("finish") "\nlaunch\napp-switcher\nswipe-kill\n",
    CONNECTED HALF ("0s") ENDED ("0s", "aborted: the application is about to end; nothing lost") },
  /* phone#1 again, while the server has the first of that name open */
  { "lives-twice",
    DEAF "in app client phone connect=web message=hello count=1\nlaunch\nkill\nlaunch\n"
         "expect web.open-count == 2\nexpect phone.given-bytes == 5B\n"
         "set web figures-of=phone#1\nexpect web.last-end == \"\"\n"
         "web.close-connections way=close connection=phone#1\nexpect web.open-count == 0\n"
         "expect web.last-end == \"closed, with 5 bytes unread: by RST; nothing lost\"\n",
    CONNECTED CONNECTED "0s phone: phone#1 failed: ECONNRESET\n" },
  { "does-not-dial-there",
    "in app client phone connect=127.0.0.1:30000 connection-policy=close retry-every=1s\n"
    "launch\nafter 500ms app.begin-task name=work\nhome\nafter 10s\n"
    "expect phone.refused-count == 1\nopen\nexpect phone.refused-count == 2\n",
    "0s phone: refused: ECONNREFUSED (nobody listens there)\n"
    "10.5s phone: refused: ECONNREFUSED (nobody listens there)\n" },
};

/* -- what a script does wrong -- */

typedef struct
{
  const char *name;
  const char *script;
  const char *message;
} Mistake;

static const Mistake mistakes[] = {
  { "unknown", ECHO PHONE "\nphone.abort connection=phone#7\n",
    "no connection “phone#7” is open here; open now: phone#1" },
  { "ended", ECHO PHONE "\nphone.abort\nphone.send text=hi connection=phone#1\n",
    "no connection “phone#1” is open here; open now: none" },
  { "many", ECHO "client phone connect=web count=10 at-once=10\nphone.close connection=x#1\n",
    "open now: phone#1, phone#2, phone#3, phone#4, phone#5, phone#6, phone#7, phone#8 and 2 more" },
  { "nobody-to-send-to", ECHO PHONE "\nphone.abort\nphone.send text=hi\n",
    "there is no connection to send over" },
  { "on-its-way-out", DEAF PHONE "\nphone.shutdown-send\nphone.send text=hi\n",
    "there is no connection to send over" },
  { "two-texts", ECHO PHONE "\nphone.send text=hi bytes=1B\n",
    "text= and bytes= both say what is sent" },
  { "waits", DEAF PHONE "\nphone.shutdown-send\nwait phone.closed\n",
    "phone waits for the peer's end (phone#1)" },
};

static void
test_mistake (gconstpointer data)
{
  const Mistake *mistake = data;
  g_autoptr (NetTest) test = net_test_new (mistake->script);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rebound_run_play (test->run, &error), ==, REBOUND_RUN_STATUS_FAILED);
  g_test_message ("%s", error->message);
  g_assert_nonnull (g_strstr_len (error->message, -1, mistake->message));
}

/* -- handlers that interfere -- */

typedef struct
{
  ReboundActor *phone;
  gboolean is_done;
} Abandonment;

static void
abandon (Abandonment *self)
{
  self->is_done = TRUE;
  rebound_actor_abandon (self->phone);
}

typedef struct
{
  const char *signal;
  const char *script;
} Interference;

static const Interference interferences[] = {
  { "half-closed", DEAF "launch\nafter 1s\nphone.shutdown-send\nafter 1s\n" },
  { "peer-finished", DEAF "launch\nafter 1s\nphone.send bytes=16MiB\nphone.shutdown-send\n"
                          "web.close-connections way=shutdown-send\nafter 1s\n" },
  { "closed", DEAF "launch\nafter 1s\nphone.abort\nafter 1s\n" },
};

/* A client whose life is ended by who hears of it. */
static void
test_abandoned (gconstpointer data)
{
  const Interference *interference = data;
  g_autoptr (NetTest) test = net_test_new (interference->script);
  ReboundClient *phone = g_object_new (REBOUND_TYPE_CLIENT, "connect", "127.0.0.1:30000", NULL);
  Abandonment abandonment = { REBOUND_ACTOR (phone), FALSE };

  g_signal_connect_swapped (phone, interference->signal, G_CALLBACK (abandon), &abandonment);
  net_test_add (test, "phone", phone);
  net_test_play (test);
  g_assert_true (abandonment.is_done);
}

static void
add (const char *group, const char *name, GTestDataFunc test, gconstpointer data)
{
  g_autofree char *path = g_strdup_printf ("/client-ends/%s/%s", group, name);

  g_test_add_data_func (path, data, test);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    add ("world", stories[i].name, test_story, &stories[i]);
  for (guint i = 0; i < G_N_ELEMENTS (background); i++)
    add ("background", background[i].name, test_story, &background[i]);
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    add ("mistake", mistakes[i].name, test_mistake, &mistakes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (interferences); i++)
    add ("abandoned-at", interferences[i].signal, test_abandoned, &interferences[i]);
  return g_test_run ();
}
