//! Which days a rule means: its BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY.
//! A day has all of them or is none of the rule's; what the standard calls
//! "expand" is the same once the days of the whole period are asked.

use chrono::{Datelike, NaiveDate};

/// Where `2TU` is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Month,
    Year,
    /// Numbers before days mean nothing in this frequency.
    Nothing,
}

/// The parts that name days; those that are absent leave every day.
#[derive(Clone, Debug)]
pub(super) struct Days {
    /// Bit n: month n.
    pub months: Option<u16>,
    /// Bit n: day n of the month, and day n from its end.
    pub month_days: Option<(u32, u32)>,
    /// Sorted; from the end of the year where negative.
    pub year_days: Option<Vec<i16>>,
    /// Bit n: week n, and week n from the end.
    pub weeks: Option<(u64, u64)>,
    /// Bit n: every such day, from Monday.
    pub weekdays: u8,
    /// Day and its number, sorted.
    pub nth: Vec<(u8, i8)>,
    pub within: Within,
    /// The first day of a week, from Monday.
    pub first_of_week: u8,
}

impl Days {
    /// Every day.
    pub fn all() -> Days {
        Days {
            months: None,
            month_days: None,
            year_days: None,
            weeks: None,
            weekdays: 0,
            nth: Vec::new(),
            within: Within::Nothing,
            first_of_week: 0,
        }
    }

    /// Whether anything but BYMONTH names days.
    pub fn named(&self) -> bool {
        self.month_days.is_some() || self.year_days.is_some() || self.weeks.is_some() || self.by_day()
    }

    /// BYWEEKNO and nothing that says which day of the week.
    pub fn only_weeks(&self) -> bool {
        self.weeks.is_some() && self.month_days.is_none() && self.year_days.is_none() && !self.by_day()
    }

    pub fn by_day(&self) -> bool {
        self.weekdays != 0 || !self.nth.is_empty()
    }

    pub fn has_month(&self, month: u32) -> bool {
        self.months.is_none_or(|months| months & (1 << month) != 0)
    }

    pub fn has(&self, day: NaiveDate) -> bool {
        self.has_month(day.month())
            && self.month_days.is_none_or(|days| in_month(days, day.day(), i64::from(month_length(day))))
            && (!self.by_day() || self.has_weekday(day))
            && self.year_days.as_ref().is_none_or(|days| {
                let at = day.ordinal() as i16;
                [at, at - 1 - year_length(day.year()) as i16].iter().any(|n| days.binary_search(n).is_ok())
            })
            && self.weeks.is_none_or(|(from_start, from_end)| {
                let (week, weeks) = self.week(day);
                from_start & (1 << week) != 0 || from_end & (1 << (weeks - week + 1)) != 0
            })
    }

    fn has_weekday(&self, day: NaiveDate) -> bool {
        let weekday = day.weekday().num_days_from_monday() as u8;
        if self.weekdays & (1 << weekday) != 0 {
            return true;
        }
        if self.nth.is_empty() {
            return false;
        }
        let (at, length) = match self.within {
            Within::Month => (day.day0(), month_length(day)),
            Within::Year => (day.ordinal0(), year_length(day.year())),
            Within::Nothing => return self.nth.iter().any(|(d, _)| *d == weekday),
        };
        let (nth, from_end) = ((at / 7 + 1) as i8, -(((length - 1 - at) / 7 + 1) as i8));
        [nth, from_end].iter().any(|n| self.nth.binary_search(&(weekday, *n)).is_ok())
    }

    /// The number of the day's week (ISO 8601, but weeks begin as WKST says), and
    /// how many weeks its year has. A week is of the year that has its fourth day.
    fn week(&self, day: NaiveDate) -> (u32, u32) {
        let into = self.since_week_began(day);
        let fourth = day.checked_add_signed(chrono::TimeDelta::days(3 - into)).unwrap_or(day);
        let at = fourth.ordinal0();
        let last = at + (year_length(fourth.year()) - 1 - at) / 7 * 7;
        (at / 7 + 1, last / 7 + 1)
    }

    /// How many days after the first of its week.
    pub fn since_week_began(&self, day: NaiveDate) -> i64 {
        (i64::from(day.weekday().num_days_from_monday()) - i64::from(self.first_of_week)).rem_euclid(7)
    }

    /// Gives the rule's days of that month; says how many it looked at.
    pub fn of_month(&self, year: i32, month: u32, mut give: impl FnMut(NaiveDate)) -> usize {
        if !self.has_month(month) {
            return 1;
        }
        let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) else { return 1 };
        let length = month_length(first);
        let fits = |day: &u32| self.month_days.is_none_or(|days| in_month(days, *day, i64::from(length)));
        let mut looked = 1;
        for day in (1..=length).filter(fits) {
            looked += 1;
            first.with_day(day).filter(|day| self.has(*day)).into_iter().for_each(&mut give);
        }
        looked
    }
}

fn in_month((from_start, from_end): (u32, u32), day: u32, length: i64) -> bool {
    from_start & (1 << day) != 0 || from_end & (1 << (length - i64::from(day) + 1)) != 0
}

fn month_length(day: NaiveDate) -> u32 {
    match day.month() {
        2 if day.leap_year() => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn year_length(year: i32) -> u32 {
    if NaiveDate::from_ymd_opt(year, 1, 1).is_some_and(|first| first.leap_year()) { 366 } else { 365 }
}
