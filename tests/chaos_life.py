# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random lives, by seed: a phone, both kinds of servers and clients, plain sockets, and acts on
them that nobody would do on purpose. What a person does is possible where it stands (so far as that can
be known without playing it); what the program does to its sockets need not make any sense.

An actor of the application is acted on while the application is in front; whether it still runs
behind that depends on its background tasks. One of the world is acted on at any time.
"""

import random

PROFILES = ("linux", "ios-4", "ios-5", "ios-12", "ios-13")

# From nothing to what TIME_WAIT takes.
PAUSES = ("1ms", "10ms", "90ms", "100ms", "200ms", "250ms", "1s", "2.5s", "10s", "35s", "70s")

WAYS_OUT = ("finish", "shutdown-send", "close", "abort")

LISTENER = {
    "reuse-address": ("yes", "yes", "no"),
    "on-error": ("report", "ignore", "listen-anyway", "retry"),
    "background-policy": ("close-on-resign", "close-on-background", "keep", "serve-then-close"),
    "rebind-at": ("become-active", "enter-foreground", "next-run"),
    "check-on-return": ("none", "ask", "dial"),
    "reopen": ("close-first", "dup2"),
    "on-accept": ("close", "echo", "hello", "keep"),
    "on-accept-error": ("go-on", "go-on", "disarm"),
    "close-order": ("server-first", "client-first"),
    "connection-policy": ("close", "keep", "finish", "abort"),
    "goodbye": ('""', '"BYE"'),
    "backlog": ("0", "1", "128"),
    "greeting-size": ("0B", "100KiB"),
}
CLIENT = {
    "retry-every": ("200ms", "1s", "7s"),
    "close-first": ("yes", "no"),
    "message": ("hello", '"two words\\n"', '""'),
    "at-once": ("1", "3"),
    "way-out": WAYS_OUT,
    "goodbye": ('""', '"BYE"'),
}
HTTP_CLIENT = {
    "policy": ("rebound", "asi", "curl"),
    "max-per-host": ("1", "4"),
    "clear-on": ("nothing", "background"),
    "in-background": ("finish", "fail", "keep"),
    "reuse-for-bodies": ("yes", "no"),
    "idle-timeout": ("1s", "1min"),
    "request-timeout": ("500ms", "1min"),
}
HTTP_SERVER = {
    "delay": ("0s", "0s", "50ms", "3s"),
    "keep-alive-timeout": ("0s", "1s", "45s"),
    "keep-alive-header": ("yes", "no"),
    "close-after": ("0", "0", "2"),
    "handshake": ("0s", "0s", "150ms"),
}
ANSWERS = ("length", "chunked", "until-close", "none", "close", "reset", "half-then-close",
           "half-then-reset")
DEVICE = {
    "reclaim": ("never", "at-lock", "at-suspend"),
    "reclaim-style": ("fin", "defunct", "destroy"),
    "reclaimed-listener": ("dead", "silent"),
    "rebind-rule": ("both", "new"),
}


class Life:
    """The statements of one life, as they are drawn."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.lines = [f"# Chaos, life number {seed}."]
        # Where the application stands: not-running, active, inactive or background.
        self.state = "not-running"
        self.link_is_up = True
        self.limited = False
        self.locked = False
        self.was_in_front = False
        self.profile = "linux"

    def draw(self, choices):
        return "".join(f" {name}={self.dice.choice(values)}" for name, values in choices.items())

    def draw_one(self, choices):
        name = self.dice.choice(sorted(choices))
        return f"{name}={self.dice.choice(choices[name])}"

    def say(self, line):
        pause = self.dice.random()
        if pause < 0.3:
            line = f"after {self.dice.choice(PAUSES)} {line}"
        self.lines.append(line)

    def declare(self):
        self.profile = self.dice.choice(PROFILES)
        self.lines += [
            f"set device profile={self.profile}",
            f"listener web port=30000{self.draw(LISTENER)}",
            f"peer listener far port=30001{self.draw(LISTENER)}",
            f"client phone connect=web{self.draw(CLIENT)}",
            f"in app client near connect=far{self.draw(CLIENT)} "
            f"connection-policy={self.dice.choice(('close', 'keep', 'finish', 'abort'))}",
            f"http-server api port=8080{self.draw(HTTP_SERVER)}",
            f"http-client http{self.draw(HTTP_CLIENT)}",
            "socket plain",
            "peer socket stray",
        ]

    # -- what a person and the system do --

    def leave(self, word):
        self.say(word)
        self.state = "background"

    def end(self, word):
        self.say(word)
        self.state = "not-running"
        self.was_in_front = False

    def lock(self):
        self.say("lock")
        self.locked = True
        self.was_in_front = self.state in ("active", "inactive")
        if self.was_in_front:
            self.state = "inactive" if self.profile == "ios-4" else "background"

    def unlock(self):
        self.say("unlock")
        self.locked = False
        if self.was_in_front and self.state != "not-running":
            self.state = "active"

    def become(self, word, state):
        self.say(word)
        self.state = state

    def list_words(self):
        """What can be done to the application where it stands."""
        words = []
        if self.state == "not-running":
            words.append(lambda: self.become("launch", "active") if not self.locked
                         else self.unlock())
        elif not self.locked:
            words += {
                "active": [lambda: self.leave("home"), lambda: self.leave("open-other"),
                           lambda: self.become("interrupt", "inactive"),
                           lambda: self.become("app-switcher", "inactive"), self.lock],
                "inactive": [lambda: self.become("end-interrupt", "active"),
                             lambda: self.leave("accept-call"), lambda: self.leave("home"),
                             lambda: self.end("swipe-kill"), self.lock],
                "background": [lambda: self.become("open", "active")] * 3
                              + [lambda: self.end("swipe-kill"), self.lock],
            }[self.state]
        if self.locked:
            words += [self.unlock] * 3
        if self.state != "not-running" and self.dice.random() < 0.15:
            words += [lambda: self.end("kill"), lambda: self.end("crash"), self.reboot]
        return words

    def reboot(self):
        """A phone that was locked still is."""
        self.end("reboot")

    def live(self):
        self.dice.choice(self.list_words())()

    # -- chaos --

    def turn_link(self):
        self.say("network-down" if self.link_is_up else "network-up")
        self.link_is_up = not self.link_is_up

    def turn_limit(self):
        self.say("kernel.unlimit-descriptors" if self.limited
                 else f"kernel.limit-descriptors spare={self.dice.choice((0, 1, 2, 5, 30))}")
        self.limited = not self.limited

    def act_on_device(self):
        word = {"background": "reclaim-sockets", "active": "memory-warning"}.get(self.state)
        self.say(self.dice.choice((word or "print sockets", word or "why 30000", "print sockets",
                                   f"set device {self.draw_one(DEVICE)}")))

    def act_on_listener(self, name):
        self.say(self.dice.choice((
            f"{name}.close", f"{name}.open",
            f"{name}.close-connections way={self.dice.choice(WAYS_OUT)}",
            f"set {name} {self.draw_one(LISTENER)}")))

    def act_on_client(self, name):
        self.say(self.dice.choice((
            f"{name}.hang-up", f"{name}.finish within=2s", f"{name}.shutdown-send", f"{name}.close",
            f"{name}.abort")))

    def act_on_http_client(self):
        uri = self.dice.choice(("http://api:8080/", "http://web:30000/"))
        self.say(self.dice.choice((
            f"http.get uri={uri}", f"http.get uri={uri} count=7",
            f"http.request method=POST uri={uri} body=order count=2",
            "http.clear", "http.network-changed")))

    def act_on_http_server(self):
        self.say(self.dice.choice((
            f"set api answer={self.dice.choice(ANSWERS)}", f"set api {self.draw_one(HTTP_SERVER)}",
            "api.close-connections", "api.close-connections reset=yes",
            "api.close-connections idle=yes")))

    def act_on_plain(self, name, other):
        """System calls, none of which waits for a peer: one that would is a mistake of the script,
        and ends it."""
        self.say(self.dice.choice((
            f"{name}.close", f"{name}.close\n{name}.socket", f"{name}.close\n{name}.socket",
            f"{name}.connect to={other}", f"{name}.connect to={other}",
            f"{name}.bind port={self.dice.choice((0, 30000))}",
            f"{name}.listen", f"{name}.poll", f"{name}.send text=x", f"{name}.shutdown how=write",
            f"{name}.set-option option=reuse-address on=yes",
            f"{name}.set-option option=linger on=yes time=0s")))

    def disturb(self):
        acts = [self.turn_limit if self.limited or self.dice.random() < 0.5 else self.turn_link,
                self.act_on_device, self.act_on_http_server,
                lambda: self.act_on_listener("far"), lambda: self.act_on_client("phone"),
                lambda: self.act_on_plain("stray", "127.0.0.1:30000")]
        if self.state == "active":
            acts += [lambda: self.act_on_listener("web"), lambda: self.act_on_client("near"),
                     self.act_on_http_client, self.act_on_http_client,
                     lambda: self.act_on_plain("plain", "127.0.0.1:30001")]
        self.dice.choice(acts)()

    def close(self):
        """Whatever it was, it is over, and all is well again in the end."""
        if self.limited:
            self.lines.append("kernel.unlimit-descriptors")
        if not self.link_is_up:
            self.lines.append("network-up")
        self.lines.append("after 2min")


def make_script(seed, n_acts=40):
    """The script of life number SEED."""
    life = Life(seed)
    life.declare()
    for _ in range(n_acts):
        if life.dice.random() < 0.4:
            life.live()
        else:
            life.disturb()
    life.close()
    return "".join(f"{line}\n" for line in life.lines)
