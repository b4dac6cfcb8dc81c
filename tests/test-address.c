/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "net/rebound-address-private.h"

#include <arpa/inet.h>
#include <netinet/in.h>

typedef struct
{
  const char *text;
  sa_family_t family; /* AF_UNSPEC: it is none */
  const char *address;
  guint16 port;
} Case;

static const Case with_port[] = {
  { "127.0.0.1:30000", AF_INET, "127.0.0.1", 30000 },
  { "10.1.2.3:1", AF_INET, "10.1.2.3", 1 },
  { "255.255.255.255:65535", AF_INET, "255.255.255.255", 65535 },
  { "[::1]:30000", AF_INET6, "::1", 30000 },
  { "[2001:db8::7]:80", AF_INET6, "2001:db8::7", 80 },
  { "", AF_UNSPEC },
  { ":", AF_UNSPEC },
  { ":30000", AF_UNSPEC },
  { "30000", AF_UNSPEC },
  { "127.0.0.1", AF_UNSPEC },
  { "127.0.0.1:", AF_UNSPEC },
  { "127.0.0.1:0", AF_UNSPEC },
  { "127.0.0.1:65536", AF_UNSPEC },
  { "127.0.0.1:-1", AF_UNSPEC },
  { "127.0.0.1:30000x", AF_UNSPEC },
  { "127.0.0:30000", AF_UNSPEC },
  { "256.0.0.1:30000", AF_UNSPEC },
  { "localhost:30000", AF_UNSPEC },
  { "::1", AF_UNSPEC },
  { "::1:30000", AF_UNSPEC },
  { "[::1]", AF_UNSPEC },
  { "[::1:30000", AF_UNSPEC },
  { "[127.0.0.1", AF_UNSPEC },
  { "web", AF_UNSPEC },
  { "127.0.0.1:http", AF_UNSPEC },
  { "grüß:1", AF_UNSPEC },
};

static void
assert_native (const struct sockaddr_storage *native, socklen_t length, const Case *expected)
{
  char text[INET6_ADDRSTRLEN];
  const void *bytes = native->ss_family == AF_INET
                          ? (const void *) &((const struct sockaddr_in *) native)->sin_addr
                          : &((const struct sockaddr_in6 *) native)->sin6_addr;

  g_assert_cmpint (native->ss_family, ==, expected->family);
  g_assert_cmpuint (length, ==,
                    expected->family == AF_INET ? sizeof (struct sockaddr_in)
                                                : sizeof (struct sockaddr_in6));
  g_assert_cmpstr (inet_ntop (native->ss_family, bytes, text, sizeof text), ==, expected->address);
  g_assert_cmpuint (rebound_address_get_port (native), ==, expected->port);
}

static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (with_port); i++)
    {
      const Case *test = &with_port[i];
      g_autofree char *expected = NULL;
      struct sockaddr_storage native;
      socklen_t length = 0;
      gboolean parsed = rebound_address_parse (test->text, &native, &length, &expected);

      g_test_message ("“%s”", test->text);
      g_assert_cmpint (parsed, ==, test->family != AF_UNSPEC);
      g_assert_cmpint (expected == NULL, ==, parsed);
      if (parsed)
        assert_native (&native, length, test);
      g_assert_cmpint (rebound_address_parse (test->text, &native, &length, NULL), ==, parsed);
    }
}

static void
test_fill (void)
{
  static const Case cases[] = {
    { "0.0.0.0", AF_INET, "0.0.0.0", 7 },
    { "127.0.0.1", AF_INET, "127.0.0.1", 7 },
    { "::", AF_INET6, "::", 7 },
    { "::1", AF_INET6, "::1", 7 },
    { "::ffff:127.0.0.1", AF_INET, "127.0.0.1", 7 },
    { "localhost", AF_UNSPEC },
    { "", AF_UNSPEC },
    { "127.0.0.1:30000", AF_UNSPEC },
    { "[::1]", AF_UNSPEC },
    { "1.2.3", AF_UNSPEC },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      struct sockaddr_storage native;
      socklen_t length = 0;
      gboolean filled = rebound_address_fill (cases[i].text, 7, &native, &length);

      g_test_message ("“%s”", cases[i].text);
      g_assert_cmpint (filled, ==, cases[i].family != AF_UNSPEC);
      if (filled)
        assert_native (&native, length, &cases[i]);
    }
}

static void
test_to_reach (void)
{
  g_test_summary ("a wildcard is reached by the loopback of its family, anything else by itself");
  g_assert_cmpstr (rebound_address_to_reach ("0.0.0.0"), ==, "127.0.0.1");
  g_assert_cmpstr (rebound_address_to_reach ("::"), ==, "::1");
  g_assert_cmpstr (rebound_address_to_reach ("127.0.0.2"), ==, "127.0.0.2");
  g_assert_cmpstr (rebound_address_to_reach ("2001:db8::7"), ==, "2001:db8::7");
  g_assert_cmpstr (rebound_address_loopback_of ("10.1.2.3"), ==, "127.0.0.1");
  g_assert_cmpstr (rebound_address_loopback_of ("2001:db8::7"), ==, "::1");
  g_assert_cmpstr (rebound_address_loopback_of ("::ffff:10.1.2.3"), ==, "127.0.0.1");
}

static void
test_wildcard (void)
{
  static const Case cases[] = {
    { NULL, AF_INET, "0.0.0.0", 40000 },
    { NULL, AF_INET6, "::", 40000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      struct sockaddr_storage native;
      socklen_t length = 0;

      rebound_address_wildcard (cases[i].family, 40000, &native, &length);
      assert_native (&native, length, &cases[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/parse", test_parse);
  g_test_add_func ("/address/fill", test_fill);
  g_test_add_func ("/address/to-reach", test_to_reach);
  g_test_add_func ("/address/wildcard", test_wildcard);
  return g_test_run ();
}
