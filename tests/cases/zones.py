# SPDX-License-Identifier: Apache-2.0
"""What Python's zoneinfo says of every zone of this machine's tz data, for run_zones.c.

One line a question: ZONE, `u` (an instant) or `l` (a local time, in an overlap the earlier), seconds, offset in seconds.
"""
import datetime
import random
import struct
import zoneinfo

FOLDER = "/usr/share/zoneinfo"
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NAIVE = datetime.datetime(1970, 1, 1)
FIRST, LAST = -62135596800 + 2 * 86400, 253402300799 - 2 * 86400
SEEN_YEARS = (2037, 2038, 2100, 2399, 2400, 9998)  # long after the last transition that is listed


def transitions(data):
    """Of the 64-bit part of a TZif file (RFC 8536)."""
    def header(at):
        return struct.unpack(">6l", data[at + 20:at + 44])

    isut, isstd, leap, times, types, chars = header(0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    times = header(at)[3]
    return struct.unpack(">%dq" % times, data[at + 44:at + 44 + 8 * times])


def at(zone, t):
    return int((EPOCH + datetime.timedelta(seconds=t)).astimezone(zone).utcoffset().total_seconds())


def at_local(zone, t):
    return int((NAIVE + datetime.timedelta(seconds=t)).replace(tzinfo=zone).utcoffset().total_seconds())


def changes(zone, year):
    """Instants in a year at which the offset is another than the second before."""
    start = int((datetime.datetime(year, 1, 1) - NAIVE).total_seconds())
    for low in range(start, start + 366 * 86400, 30 * 86400):
        high = low + 30 * 86400
        if at(zone, low) == at(zone, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if at(zone, middle) == at(zone, low) else (low, middle)
        yield high


def main():
    zoneinfo.reset_tzpath(to=[FOLDER])
    chance = random.Random(20260509)
    seen = set()
    for name in sorted(zoneinfo.available_timezones()):
        zone = zoneinfo.ZoneInfo(name)
        with open(FOLDER + "/" + name, "rb") as f:
            data = f.read()
        instants = {FIRST, -5000000000, 0, 4102444800, LAST}
        instants.update(chance.randrange(FIRST, LAST) for _ in range(10))
        instants.update(chance.randrange(-3000000000, 4000000000) for _ in range(10))
        local = set(instants)
        # Many names are of the same zone: one of them is asked about every transition.
        turns = [] if data in seen else [t for t in transitions(data) if FIRST < t < LAST]
        turns += [t for y in SEEN_YEARS for t in changes(zone, y) if data not in seen]
        seen.add(data)
        for t in turns:
            instants.update((t - 1, t, t + 1))
            before, after = at(zone, t - 1), at(zone, t)
            local.update(t + o + d for o in (before, after, (before + after) // 2) for d in (-1, 0, 1))
        for t in sorted(instants):
            print(name, "u", t, at(zone, t))
        for t in sorted(local):
            print(name, "l", t, at_local(zone, t))


main()
