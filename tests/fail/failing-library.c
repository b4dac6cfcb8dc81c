/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded (LD_PRELOAD), it stands before the C library: each call that could become a system call
 * passes here, is named by where it comes from, and fails when the environment says so.
 *
 * A call is told from others of its name by its site: the way that led to it through our own code,
 * as offsets in our own objects, which are the same in every run. So a driver plays something
 * once, reads which sites there are (table.py), and plays it again for each site and errno. What is
 * counted is per process, and goes on in its children.
 *
 * All functions here have one C type, six words and a word. By the calling conventions of the
 * 64-bit machines that Debian 12 knows, integers, pointers and the arguments behind "..." are all
 * handed over in the same registers, so that a table of names is enough. (Only fopencookie() is
 * left out, which takes a struct: it can fail for memory alone, and GLib ends the program then,
 * too.) */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if !defined(__x86_64__) && !defined(__aarch64__) && !defined(__riscv)
#error "The arguments of a call are taken over by the calling convention of these machines."
#endif

typedef intptr_t Word;
typedef Word (*Function) (Word, Word, Word, Word, Word, Word);

/* What a caller sees of a call that fails. */
typedef enum
{
  MINUS_ONE,  /* -1 and errno, and nothing was done */
  NOTHING,    /* 0 or NULL and errno, and nothing was done */
  DONE_FIRST, /* -1 and errno, though it was done: a descriptor is closed in any case */
} Way;

/* Name, way, the argument that tells one such call from another at the same place (0: none), and
 * the one that is how many bytes there are to be moved (0: none). */
#define CALLS(CALL)                                                                                \
  CALL (accept4, MINUS_ONE, 0, 0)                                                                  \
  CALL (access, MINUS_ONE, 0, 0)                                                                   \
  CALL (bind, MINUS_ONE, 0, 0)                                                                     \
  CALL (clock_gettime, MINUS_ONE, 0, 0)                                                            \
  CALL (close, DONE_FIRST, 0, 0)                                                                   \
  CALL (connect, MINUS_ONE, 0, 0)                                                                  \
  CALL (dup2, MINUS_ONE, 0, 0)                                                                     \
  CALL (dup3, MINUS_ONE, 0, 0)                                                                     \
  CALL (epoll_create1, MINUS_ONE, 0, 0)                                                            \
  CALL (epoll_ctl, MINUS_ONE, 2, 0)                                                                \
  CALL (epoll_wait, MINUS_ONE, 0, 0)                                                               \
  CALL (eventfd, MINUS_ONE, 0, 0)                                                                  \
  CALL (fchmod, MINUS_ONE, 0, 0)                                                                   \
  CALL (fclose, DONE_FIRST, 0, 0)                                                                  \
  CALL (fcntl64, MINUS_ONE, 2, 0)                                                                  \
  CALL (fdopen, NOTHING, 0, 0)                                                                     \
  CALL (fflush, MINUS_ONE, 0, 0)                                                                   \
  CALL (flock, MINUS_ONE, 2, 0)                                                                    \
  CALL (fork, MINUS_ONE, 0, 0)                                                                     \
  CALL (fstat64, MINUS_ONE, 0, 0)                                                                  \
  CALL (fsync, MINUS_ONE, 0, 0)                                                                    \
  CALL (getpeername, MINUS_ONE, 0, 0)                                                              \
  CALL (getpwuid, NOTHING, 0, 0)                                                                   \
  CALL (getrlimit64, MINUS_ONE, 0, 0)                                                              \
  CALL (getsockname, MINUS_ONE, 0, 0)                                                              \
  CALL (getsockopt, MINUS_ONE, 3, 0)                                                               \
  CALL (if_nametoindex, NOTHING, 0, 0)                                                             \
  CALL (ioctl, MINUS_ONE, 2, 0)                                                                    \
  CALL (isatty, NOTHING, 0, 0)                                                                     \
  CALL (kill, MINUS_ONE, 0, 0)                                                                     \
  CALL (listen, MINUS_ONE, 0, 0)                                                                   \
  CALL (lstat64, MINUS_ONE, 0, 0)                                                                  \
  CALL (memfd_create, MINUS_ONE, 0, 0)                                                             \
  CALL (mkostemp64, MINUS_ONE, 0, 0)                                                               \
  CALL (mmap64, MINUS_ONE, 0, 0)                                                                   \
  CALL (munmap, MINUS_ONE, 0, 0)                                                                   \
  CALL (open64, MINUS_ONE, 0, 0)                                                                   \
  CALL (openat64, MINUS_ONE, 0, 0)                                                                 \
  CALL (opendir, NOTHING, 0, 0)                                                                    \
  CALL (pipe2, MINUS_ONE, 0, 0)                                                                    \
  CALL (poll, MINUS_ONE, 0, 0)                                                                     \
  CALL (prctl, MINUS_ONE, 1, 0)                                                                    \
  CALL (pread64, MINUS_ONE, 0, 3)                                                                  \
  CALL (read, MINUS_ONE, 0, 3)                                                                     \
  CALL (readdir64, NOTHING, 0, 0)                                                                  \
  CALL (readlink, MINUS_ONE, 0, 0)                                                                 \
  CALL (recv, MINUS_ONE, 0, 3)                                                                     \
  CALL (recvmsg, MINUS_ONE, 0, 0)                                                                  \
  CALL (rename, MINUS_ONE, 0, 0)                                                                   \
  CALL (sched_getaffinity, MINUS_ONE, 0, 0)                                                        \
  CALL (sched_getcpu, MINUS_ONE, 0, 0)                                                             \
  CALL (sched_setaffinity, MINUS_ONE, 0, 0)                                                        \
  CALL (send, MINUS_ONE, 0, 3)                                                                     \
  CALL (sendto, MINUS_ONE, 0, 0)                                                                   \
  CALL (setpgid, MINUS_ONE, 0, 0)                                                                  \
  CALL (setrlimit64, MINUS_ONE, 0, 0)                                                              \
  CALL (setsockopt, MINUS_ONE, 3, 0)                                                               \
  CALL (shutdown, MINUS_ONE, 2, 0)                                                                 \
  CALL (signalfd, MINUS_ONE, 0, 0)                                                                 \
  CALL (socket, MINUS_ONE, 1, 0)                                                                   \
  CALL (socketpair, MINUS_ONE, 1, 0)                                                               \
  CALL (stat64, MINUS_ONE, 0, 0)                                                                   \
  CALL (statx, MINUS_ONE, 0, 0)                                                                    \
  CALL (syscall, MINUS_ONE, 1, 0)                                                                  \
  CALL (unlink, MINUS_ONE, 0, 0)                                                                   \
  CALL (unshare, MINUS_ONE, 1, 0)                                                                  \
  CALL (waitid, MINUS_ONE, 0, 0)                                                                   \
  CALL (waitpid, MINUS_ONE, 0, 0)                                                                  \
  CALL (write, MINUS_ONE, 0, 3)

enum
{
#define CALL(name, way, kind, length) CALL_##name,
  CALLS (CALL)
#undef CALL
      N_CALLS
};

static const struct
{
  const char *name;
  Way way;
  unsigned kind;
  unsigned length;
} calls[N_CALLS] = {
#define CALL(name, way, kind, length) [CALL_##name] = { #name, way, kind, length },
  CALLS (CALL)
#undef CALL
};

/* Calls go this deep before they are in our own code: GFile's reading is eight of GIO's. */
#define N_FRAMES 16
/* A way to a call is told from others by its first two steps of ours: the function, and for whom.
 */
#define N_OWN_FRAMES 2
/* Some thousands in the largest scripts; a table that is full stops the run. */
#define N_SITES 16384

typedef struct
{
  uint64_t raw; /* by addresses, in this process */
  char name[17];
  unsigned count; /* kept in the first entry of that name */
  unsigned first;
} Site;

static Site sites[N_SITES];
static unsigned n_sites;
static Function real[N_CALLS];
static __thread int is_inside;

static const char *log_path;
static const char *plan_site;
static int plan_errno;
static unsigned plan_from, plan_count;
static int is_counting;
static unsigned n_failed;

static Function
get_real (unsigned call)
{
  if (real[call] == NULL)
    real[call] = (Function) dlsym (RTLD_NEXT, calls[call].name);
  return real[call];
}

static void
note (const char *line)
{
  Word fd = get_real (CALL_open64) ((Word) log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
                                    0666, 0, 0, 0);

  if ((int) fd < 0) /* of an int, the upper half is anything */
    return;
  get_real (CALL_write) (fd, (Word) line, (Word) strlen (line), 0, 0, 0);
  get_real (CALL_close) (fd, 0, 0, 0, 0, 0);
}

static const char *
get_base_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

static int
is_ours (const char *object)
{
  return strncmp (object, "rebound", 7) == 0 || strncmp (object, "librebound", 10) == 0;
}

static uint64_t
mix (uint64_t hash, const void *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ ((const unsigned char *) bytes)[i]) * 0x100000001b3ull; /* FNV-1a */
  return hash;
}

/* The steps of a call, as far as they tell it from others: "object+offset" each. */
static void
describe_frames (void *const *frames, int n_frames, char *text, size_t size_bytes)
{
  size_t length = 0;
  int n_own = 0;

  *text = '\0';
  for (int i = 0; i < n_frames && n_own < N_OWN_FRAMES && length < size_bytes; i++)
    {
      Dl_info info;
      const char *object = "?";
      uintptr_t offset = 0;

      if (dladdr (frames[i], &info) != 0 && info.dli_fname != NULL)
        {
          object = get_base_name (info.dli_fname);
          offset = (uintptr_t) frames[i] - (uintptr_t) info.dli_fbase;
        }
      n_own += is_ours (object);
      length += (size_t) snprintf (text + length, size_bytes - length, "%s%s+%lx",
                                   length > 0 ? " " : "", object, (unsigned long) offset);
    }
}

static Site *
find_name (const char *name)
{
  for (unsigned i = 0; i < n_sites; i++)
    if (strcmp (sites[i].name, name) == 0)
      return &sites[sites[i].first];
  return NULL;
}

/* A way that was not seen before: perhaps a longer one to a place that is known. */
static Site *
add (unsigned call, Word kind, uint64_t raw, void *const *frames, int n_frames)
{
  char text[1024], line[1400];
  Site *site = &sites[n_sites], *known;
  uint64_t hash;

  if (n_sites == N_SITES)
    abort ();
  describe_frames (frames, n_frames, text, sizeof text);
  hash = mix (0xcbf29ce484222325ull, calls[call].name, strlen (calls[call].name));
  hash = mix (mix (hash, &kind, sizeof kind), text, strlen (text));
  snprintf (site->name, sizeof site->name, "%016llx", (unsigned long long) hash);
  known = find_name (site->name);
  site->raw = raw;
  site->first = known != NULL ? known->first : n_sites;
  n_sites++;
  if (known != NULL)
    return known;
  if (is_counting)
    {
      snprintf (line, sizeof line, "site\t%s\t%s\t%lx\t%s\n", site->name, calls[call].name,
                (unsigned long) kind, text);
      note (line);
    }
  return site;
}

static Site *
find (unsigned call, Word kind, void *const *frames, int n_frames)
{
  uint64_t raw = mix (0xcbf29ce484222325ull ^ call, &kind, sizeof kind);

  raw = mix (raw, frames, (size_t) n_frames * sizeof *frames);
  for (unsigned i = 0; i < n_sites; i++)
    if (sites[i].raw == raw)
      return &sites[sites[i].first];
  return add (call, kind, raw, frames, n_frames);
}

/* Whether this one is to fail. */
static int
is_planned (unsigned call, Word kind, void *caller)
{
  void *frames[N_FRAMES];
  int n_frames = backtrace (frames, N_FRAMES), skipped = 0;
  char line[64];
  Site *site;

  while (skipped < n_frames && frames[skipped] != caller)
    skipped++;
  if (skipped == n_frames)
    return 0;
  site = find (call, kind, frames + skipped, n_frames - skipped);
  site->count++;
  if (plan_site == NULL || strcmp (site->name, plan_site) != 0 || site->count < plan_from
      || site->count - plan_from >= plan_count)
    return 0;
  snprintf (line, sizeof line, "failed\t%s\t%u\n", site->name, site->count);
  if (n_failed++ == 0)
    note (line);
  return 1;
}

static Word
fail (unsigned call, Word *words)
{
  if (calls[call].way == DONE_FIRST)
    get_real (call) (words[0], words[1], words[2], words[3], words[4], words[5]);
  errno = plan_errno;
  return calls[call].way == NOTHING ? 0 : -1;
}

/* errno is as it was where nothing is done with it: some callers look at it without a failure. */
static Word
pass (unsigned call, Word *words, void *caller)
{
  int error_number = errno, planned;

  if (is_inside || log_path == NULL)
    return get_real (call) (words[0], words[1], words[2], words[3], words[4], words[5]);
  is_inside = 1;
  planned = is_planned (call, calls[call].kind > 0 ? words[calls[call].kind - 1] : 0, caller);
  is_inside = 0;
  if (planned && plan_errno != 0)
    return fail (call, words);
  if (planned && calls[call].length > 0 && words[calls[call].length - 1] > 1)
    words[calls[call].length - 1] = 1;
  errno = error_number;
  return get_real (call) (words[0], words[1], words[2], words[3], words[4], words[5]);
}

#define CALL(name, way, kind, length)                                                              \
  __attribute__ ((visibility ("default")))                                                         \
  Word stand_in_##name (Word, Word, Word, Word, Word, Word) __asm__(#name);                        \
  Word stand_in_##name (Word a, Word b, Word c, Word d, Word e, Word f)                            \
  {                                                                                                \
    Word words[] = { a, b, c, d, e, f };                                                           \
                                                                                                   \
    return pass (CALL_##name, words, __builtin_return_address (0));                                \
  }
CALLS (CALL)
#undef CALL

static unsigned
get_number (const char *name, unsigned otherwise)
{
  const char *text = getenv (name);

  return text != NULL ? (unsigned) strtoul (text, NULL, 10) : otherwise;
}

/* FAILING_LOG: where it is written down; FAILING_COUNT: to tell of each site; FAILING_SITE: where
 * to fail, with FAILING_ERRNO (0: a read or write of one byte), from the FAILING_FIRST-th call on,
 * FAILING_TIMES times. */
static __attribute__ ((constructor)) void
begin (void)
{
  void *frames[2];

  is_inside = 1;
  backtrace (frames, 2); /* the first one loads libgcc */
  log_path = getenv ("FAILING_LOG");
  plan_site = getenv ("FAILING_SITE");
  plan_errno = (int) get_number ("FAILING_ERRNO", 0);
  plan_from = get_number ("FAILING_FIRST", 1);
  plan_count = get_number ("FAILING_TIMES", 1);
  is_counting = getenv ("FAILING_COUNT") != NULL;
  is_inside = 0;
}

/* What is still open when the process ends itself, and how often each site was passed. */
static __attribute__ ((destructor)) void
end (void)
{
  char line[64];
  unsigned n_open = 0;

  if (log_path == NULL)
    return;
  is_inside = 1;
  for (int fd = 3; fd < 4096; fd++)
    n_open += (int) get_real (CALL_fcntl64) (fd, F_GETFD, 0, 0, 0, 0) != -1;
  snprintf (line, sizeof line, "open\t%u\n", n_open);
  note (line);
  if (n_failed > 0) /* again: then there may have been no descriptor for it */
    note ("failed\tagain\t0\n");
  for (unsigned i = 0; is_counting && i < n_sites; i++)
    if (sites[i].first == i)
      {
        snprintf (line, sizeof line, "count\t%s\t%u\n", sites[i].name, sites[i].count);
        note (line);
      }
}
