//! When the server wants to be asked again (RFC 9110, 10.2.3).

use crate::port::Response;

/// A day, in seconds.
const LONGEST: u32 = 86_400;

/// `Retry-After` in seconds. A date is taken relative to the server's own
/// `Date`: it means the server's clock, not ours; without one it says nothing. Nobody is
/// waited for longer than a day.
pub fn after(response: &Response) -> Option<u32> {
    asked(response).map(|seconds| seconds.min(LONGEST))
}

fn asked(response: &Response) -> Option<u32> {
    let value = response.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(seconds);
    }
    let then = seconds_of(value)?;
    let now = seconds_of(response.header("date")?)?;
    u32::try_from((then - now).max(0)).ok()
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since 1970 of an HTTP-date (RFC 9110, 5.6.7), in any of its three forms.
fn seconds_of(date: &str) -> Option<i64> {
    let words: Vec<&str> = date.split([' ', ',', '-']).filter(|w| !w.is_empty()).collect();
    let at = words.iter().position(|w| MONTHS.contains(w))?;
    let month = MONTHS.iter().position(|m| m == &words[at])? as i64 + 1;
    // `Sun Nov  6 08:49:37 1994` has the month in front; the others the day.
    let (day, year, time) = if at == 1 {
        (words.get(2)?, words.get(4)?, words.get(3)?)
    } else {
        (words.get(at.checked_sub(1)?)?, words.get(at + 1)?, words.get(at + 2)?)
    };
    let day: i64 = day.parse().ok().filter(|d| (1..=31).contains(d))?;
    let mut year: i64 = year.parse().ok().filter(|y| (0..10_000).contains(y))?;
    if year < 100 {
        year += if year < 70 { 2000 } else { 1900 };
    }
    let mut clock = time.split(':').map(|part| part.parse::<i64>().ok().filter(|n| (0..=60).contains(n)));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days since 1970-01-01 in the Gregorian calendar: the year is taken to begin
/// in March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(headers: &[(&str, &str)]) -> Option<u32> {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let url = url::Url::parse("https://h/").unwrap();
        after(&Response { status: 503, headers, body: Vec::new(), url })
    }

    #[test]
    fn quirk_32_retry_after_comes_in_seconds_or_as_a_date() {
        assert_eq!(told(&[("retry-after", " 120 ")]), Some(120));
        assert_eq!(told(&[("retry-after", "4294967295")]), Some(86_400), "nobody is waited for that long");
        let now = ("date", "Sun, 22 Nov 2026 23:59:00 GMT");
        assert_eq!(told(&[("retry-after", "Mon, 23 Nov 2026 00:01:30 GMT"), now]), Some(150));
        assert_eq!(told(&[("retry-after", "Monday, 23-Nov-26 00:00:00 GMT"), now]), Some(60));
        assert_eq!(told(&[("retry-after", "Mon Nov 23 00:00:00 2026"), now]), Some(60));
        assert_eq!(told(&[("retry-after", "Sun, 01 Nov 2026 00:00:00 GMT"), now]), Some(0), "in the past");
        assert_eq!(told(&[("retry-after", "Mon, 23 Nov 2026 00:00:00 GMT")]), None, "no clock to go by");
        for junk in ["soon", "-5", "", "Nov", "99 Nov 2026 1:1:1"] {
            assert_eq!(told(&[("retry-after", junk), now]), None, "{junk}");
        }
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(seconds_of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(seconds_of("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(seconds_of("Tue, 29 Feb 2000 12:00:00 GMT"), Some(951_825_600));
    }
}
