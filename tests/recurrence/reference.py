"""What python-dateutil gives for rules: a JSON object a line in, one a line out.

In:  rule, start (a DATE or DATE-TIME), zone ("" is floating, "UTC", or an IANA
     name), from and to (seconds; floating times and dates as if UTC).
Out: starts (seconds, sorted) within the window; to, where the window had to end
     earlier because too much would be counted; notes, the names of what had to be
     done before or after for dateutil and the standard to mean the same.
"""

import datetime
import json
import sys
import zoneinfo

from dateutil import rrule

# So many starts are counted, and so many periods looked at, for one rule.
COUNTED = 1200
PERIODS = 2500

UTC = datetime.timezone.utc
FREQ = {name: getattr(rrule, name)
        for name in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")}
DAYS = {name: getattr(rrule, name) for name in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")}


class Enough(Exception):
    pass


class Periods:
    """Counts the days, weeks, months and years that dateutil looks at."""

    def __init__(self):
        self.left, self.day = 0, None
        for name in ("ydayset", "mdayset", "wdayset", "ddayset"):
            setattr(rrule._iterinfo, name, self.counted(getattr(rrule._iterinfo, name)))

    def counted(self, dayset):
        def counting(info, year, month, day):
            self.left -= 1
            if self.left < 0:
                self.day = (year, month, day)
                raise Enough
            return dayset(info, year, month, day)
        return counting


PERIODS_SEEN = Periods()


def moment(text):
    """A value as (naive time, is a date, is in UTC)."""
    if "T" not in text:
        return datetime.datetime.strptime(text, "%Y%m%d"), True, False
    utc = text.endswith("Z")
    return datetime.datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S"), False, utc


def days(value):
    for item in value.split(","):
        day, number = DAYS[item[-2:]], item[:-2]
        yield day(int(number)) if number else day


def arguments(parts, start, is_date, tz):
    """The rule as dateutil's arguments, and the notes."""
    notes = []
    given = {"freq": FREQ[parts["FREQ"]], "interval": int(parts.get("INTERVAL", 1)), "dtstart": start,
             "wkst": DAYS[parts.get("WKST", "MO")]}
    if "COUNT" in parts:
        given["count"] = int(parts["COUNT"])
    for name, key in [("BYMONTH", "bymonth"), ("BYMONTHDAY", "bymonthday"), ("BYYEARDAY", "byyearday"),
                      ("BYWEEKNO", "byweekno"), ("BYSETPOS", "bysetpos"), ("BYHOUR", "byhour"),
                      ("BYMINUTE", "byminute"), ("BYSECOND", "bysecond")]:
        if name in parts and not (is_date and name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            given[key] = [int(n) for n in parts[name].split(",")]
    if "BYDAY" in parts:
        given["byweekday"] = list(days(parts["BYDAY"]))
        numbered = [d for d in given["byweekday"] if d.n]
        if given["freq"] <= rrule.MONTHLY and 0 < len(numbered) < len(given["byweekday"]):
            # "MO,1TU" is all Mondays and one Tuesday; dateutil wants days that are both.
            notes.append("numbered and plain days")
            plain = [d for d in given["byweekday"] if not d.n]
            most = 5 if given["freq"] == rrule.MONTHLY or "bymonth" in given else 53
            given["byweekday"] = numbered + [d(n) for d in plain for n in range(1, most + 1)]
    if given["freq"] == rrule.YEARLY and "byweekno" in given and not any(
            key in given for key in ("byweekday", "bymonthday", "byyearday")):
        # A week alone says no day: the start does. dateutil takes all seven.
        notes.append("a week without a day")
        given["byweekday"] = [start.weekday()]
    if "UNTIL" in parts:
        until, date, utc = moment(parts["UNTIL"])
        if is_date:
            until = until.replace(hour=0, minute=0, second=0)
        elif date:
            until = until.replace(hour=23, minute=59, second=59)
        given["until"] = until if tz is None else until.replace(tzinfo=UTC if utc else tz)
    if given["freq"] == rrule.WEEKLY and "bysetpos" in given:
        # The set of the first week is the whole week; dateutil's begins with the start.
        back = (start.weekday() - given["wkst"].weekday) % 7
        if back:
            notes.append("BYSETPOS in the first week")
        if not any(key in given for key in ("byweekday", "bymonthday", "byyearday", "byweekno")):
            given["byweekday"] = [start.weekday()]
        given["dtstart"] = start - datetime.timedelta(days=back)
    return given, notes


def expand(case):
    start, is_date, utc = moment(case["start"])
    zone = case["zone"]
    tz = None if is_date or not zone else UTC if utc or zone == "UTC" else zoneinfo.ZoneInfo(zone)
    start = start.replace(tzinfo=tz)
    parts = dict(part.split("=") for part in case["rule"].split(";"))
    given, notes = arguments(parts, start, is_date, tz)
    # dateutil looks for what there is never until the last year: an earlier one then.
    datetime.MAXYEAR = datetime.datetime.fromtimestamp(case["to"], UTC).year + 1
    PERIODS_SEEN.left = PERIODS
    count = given.pop("count", None)

    def starts():
        try:
            found = rrule.rrule(**given)
        except ValueError:
            # Times that the interval never meets.
            notes.append("nothing")
            return iter(())
        def safely():
            try:
                yield from found
            except ValueError:
                notes.append("nothing")
        return (at for at in safely() if at >= start)

    def seconds(at):
        return int((at if tz else at.replace(tzinfo=UTC)).timestamp())

    found, to, first, given_so_far = [], case["to"], None, 0
    rule = starts()
    try:
        for n, at in enumerate(rule):
            if n == 0 and at != start:
                # The start is an instance, and COUNT's first; dateutil has only what the rule gives.
                notes.append("a start that the rule does not give")
                given_so_far = 1
            given_so_far += 1
            if count is not None and given_so_far > count:
                break
            moment_of = seconds(at)
            if moment_of > case["to"] + 86400:
                break
            found.append(moment_of)
            if n >= COUNTED:
                # Local times may go back by an hour or so: what is near the end is left out.
                to = moment_of - 86400
                break
    except Enough:
        to = seconds(datetime.datetime(*PERIODS_SEEN.day, tzinfo=tz)) - 86400
    found.append(seconds(start))
    to = min(to, case["to"])
    found = sorted({at for at in found if case["from"] <= at <= to})
    return {"starts": found, "to": to, "notes": sorted(set(notes))}


for line in sys.stdin:
    print(json.dumps(expand(json.loads(line))))
