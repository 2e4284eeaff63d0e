"""The differences between gmond with the module and the bridge that are meant. A rule is a
function that says whether it explains a difference; its text is the reason."""
import re
from dataclasses import dataclass

from shown import READERS_WAIT_S

HOST_TMAX_S = 20  # gmond's, for all hosts
DOWN_S = 4 * HOST_TMAX_S  # who is silent for longer is down
QUIET_S = 40  # whose silence is longer is told of
AGAIN_S = 10  # so often are times set in gmond,
SWEEP_S = 10  # and is looked for what is over
TICK_S = 1
REST_S = 60  # between two moments in silence (moments.h)


@dataclass
class Difference:
    what: str
    name: str  # of the host or metric
    module: object  # what gmond shows, as text, or as Host or Metric; None: nothing
    bridge: object
    now: int = 0  # s of the wall clock
    host: object = None  # as the bridge shows it; None: it doesn't
    first: int = 0  # when both showed the host first
    last: int = 0  # when the bridge showed the host or metric last
    came: int = 0  # when the value came that the bridge shows
    stale: int = 0  # since when the bridge calls it stale; 0: it doesn't

    def __str__(self):
        return f"{self.what} {self.name}: {self.module} in gmond, {self.bridge} in the bridge"

    def silence(self):
        return self.now - self.host.number("REPORTED")

    def late(self):
        """By how much the value is older in gmond than it is, s."""
        return int(self.module.tn) - (self.now - self.came)

    def wait(self):
        """How long a value may be told to gmond too late: a constant comes when half of
        its TMAX has passed, with a poll, of which there are ten at least in its TMAX."""
        _, tmax, _ = (self.module or self.bridge).numbers()
        return tmax / 2 + tmax / 10 if self.bridge.slope == "zero" else 0


def key_in_place_of_address(d):
    """gmond keys hosts by the text before the first colon, so the module's keys have
    dashes; and of two agents of one address, one has the packets' source in its key."""
    address = d.bridge.replace(":", "-")
    return d.module == address or d.module.startswith(address + "-")


def one_tmax_for_all(d):
    """gmond has one TMAX for all hosts, the bridge has one for each."""
    return int(d.module) == HOST_TMAX_S


def time_that_says_up_or_down(d):
    """As gmond has one TMAX for all hosts, the module sets when a host was heard: the
    silence of one that is up is so short that no reader takes it for down, that of one
    that is down is more than four TMAX. Who is up is compared, too."""
    if not d.host.up():
        return int(d.module) > DOWN_S
    most = DOWN_S - READERS_WAIT_S
    return d.silence() >= most - AGAIN_S and int(d.module) <= most + TICK_S


def reported_goes_with_tn(d):
    """REPORTED says the same as TN, which is compared."""
    return abs(d.now - int(d.module[0]) - int(d.module[1])) <= 1


def host_dmax_from_the_time_shown(d):
    """gmond forgets a host by the time that it shows, which is earlier than the true one
    where the host went down after less than four TMAX."""
    return (d.module is None and
            d.silence() > d.host.number("DMAX") - DOWN_S - TICK_S)


def constants_wait(d):
    """A constant is told to gmond only when it has changed, or when half its TMAX has
    passed."""
    return not d.stale and d.wait() > 0 and 0 <= d.late() <= d.wait() + TICK_S


def found_every_ten_seconds(d):
    """What is stale is shown as older than its DMAX. In gmond that is set every ten
    seconds, and so it is when it comes again."""
    if not d.stale:
        return d.module.old() and d.now - d.came <= AGAIN_S + TICK_S
    return d.module.old() or (d.now - d.stale <= AGAIN_S + TICK_S and
                              0 <= d.late() <= d.wait() + TICK_S)


def no_older_than_that(d):
    """A value that is not stale is shown as so old at most that no reader takes it for
    stale. In gmond that, too, is set every ten seconds."""
    tn, tmax, _ = d.module.numbers()
    least = 4 * tmax - READERS_WAIT_S - AGAIN_S
    return not d.stale and least <= tn <= int(d.bridge.tn) <= least + AGAIN_S


def metadata_expires(d):
    """gmond forgets a metric by the age of its metadata, which are told anew with a value
    when half its DMAX has passed."""
    if d.module is not None:
        return False
    _, _, dmax = d.bridge.numbers()
    return d.now - d.came + dmax / 2 + d.wait() > dmax - TICK_S


def dmax_from_when_it_was_told(d):
    """gmond counts DMAX from when it was told, which is up to a second after the value
    came, or, where the host had no name yet, when it got one."""
    if d.bridge is not None or int(d.module.tn) <= int(d.module.dmax):
        return False
    return d.now - d.last <= REST_S or d.now - d.first <= int(d.module.dmax) + TICK_S


def digits_of_apr(d):
    """From 10^15 on APR's printf, which gmond uses, gets digits wrong (sflow/format.h)."""
    if not re.fullmatch(r"\d{16,} \d{16,}", f"{d.module} {d.bridge}"):
        return False
    return abs(float(d.module) / float(d.bridge) - 1) < 1e-14


def other_names_stay(d):
    """A metric whose port is called otherwise stays in gmond under the old name until its
    DMAX, without a new value."""
    return (d.bridge is None and int(d.module.tn) <= int(d.module.dmax) and
            d.now - int(d.module.tn) <= d.last + TICK_S)


def told_at_a_tick(d):
    """Silence is found at a tick, which the module has four times a second, and the
    bridge once; that it has lasted for too long, in a walk every ten seconds."""
    heard = re.compile(r"last heard (\d+) s ago, (\d+) of")
    mine, theirs = heard.search(d.module), heard.search(d.bridge)
    apart = SWEEP_S if " is gone " in d.module else TICK_S
    return (mine is not None and theirs is not None and
            heard.sub("", d.module) == heard.sub("", d.bridge) and
            all(abs(int(mine[i]) - int(theirs[i])) <= apart for i in (1, 2)))


def heard_when_told(d):
    """To gmond a value of a channel is as old as its message, which comes within a second,
    or when the host has got its name."""
    told = d.now - int(d.module.tn)
    return -TICK_S <= d.late() < 0 or d.late() < 0 and told <= d.first + TICK_S


def nobody_sets_its_age(d):
    """No message sets a value's age: in gmond what is stale goes on until its DMAX, and
    what comes rarely may seem stale."""
    return ((d.stale != 0 or d.bridge.ageless()) and
            (0 <= d.late() <= d.wait() + TICK_S or heard_when_told(d)))


def last_heartbeat(d):
    """Heartbeats go through a channel as long as a host is up: with its values, and every
    ten seconds when it is silent."""
    most = QUIET_S + AGAIN_S if d.host.up() else d.silence()
    return 0 <= int(d.module) <= most + TICK_S


def down_after_four_tmax(d):
    """After the last heartbeat that came through a channel, a host is up for four TMAX."""
    return d.module.up() and d.module.number("TN") <= DOWN_S


def nobody_says_that_it_is_gone(d):
    """No message removes a host: gmond forgets it by its host_dmax."""
    return d.bridge is None and d.now - d.module.number("TN") <= d.last + REST_S


def nobody_says_that_it_has_a_successor(d):
    """No message removes a host whose name another one, of another key, has taken over."""
    return d.bridge is None and "@" in d.name and d.module.number("TN") > 0


# By what is different.
RULES = {
    "IP": [key_in_place_of_address],
    "TMAX": [one_tmax_for_all],
    "REPORTED": [reported_goes_with_tn],
    "age": [constants_wait],
    "metric": [metadata_expires, dmax_from_when_it_was_told, other_names_stay],
    "value": [digits_of_apr],
    "log": [told_at_a_tick],
}
DIRECT = {
    "TN": [time_that_says_up_or_down],
    "age": [found_every_ten_seconds, no_older_than_that],
    "host": [host_dmax_from_the_time_shown],
}
CHANNEL = {
    "TN": [last_heartbeat],
    "age": [heard_when_told, nobody_sets_its_age],
    "up": [down_after_four_tmax],
    "host": [nobody_says_that_it_is_gone, nobody_says_that_it_has_a_successor],
}


def rule_for(difference, channel):
    """The rule that explains it; None: there is none."""
    what = difference.what
    for rule in RULES.get(what, []) + (CHANNEL if channel else DIRECT).get(what, []):
        if rule(difference):
            return rule
    return None


def all_rules():
    return [rule for table in (RULES, DIRECT, CHANNEL) for rules in table.values()
            for rule in rules]
