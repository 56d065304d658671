//! Bodies that are not what was asked, or would be too much to read.

use super::*;

#[tokio::test]
async fn a_page_for_people() {
    let page = b"<!DOCTYPE html><html><body><form>Please sign in</form></body></html>";
    ends_in(says(with_length("200 OK\r\nContent-Type: text/html", page)), &["fault_wrong_answer"]).await;
    // The same under a false flag.
    ends_in(says(with_length(XML, page)), &["fault_wrong_answer", "fault_item_missing"]).await;
}

/// Writes until nobody listens any more, or far more than anybody should have read.
fn endless(head: String, piece: Vec<u8>) -> Hostile {
    hostile(move |stream| {
        stream.write_all(head.as_bytes())?;
        for _ in 0..100 * LIMITS.body / piece.len() {
            stream.write_all(&piece)?;
        }
        Ok(())
    })
}

#[tokio::test]
async fn a_body_without_end() {
    let piece = listed("/u/cal/1.ics", "\"1\"").repeat(100);
    ends_in(endless(format!("HTTP/1.1 {XML}\r\n\r\n{OPEN}"), piece.clone().into()), &["fault_too_large"]).await;
    let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
    let head = format!("HTTP/1.1 {XML}\r\nTransfer-Encoding: chunked\r\n\r\n");
    ends_in(endless(head, chunk.into()), &["fault_too_large"]).await;
}

#[tokio::test]
async fn headers_without_end() {
    let line = format!("X-More: {}\r\n", "x".repeat(1000));
    ends_in(endless("HTTP/1.1 207 X\r\n".into(), line.into()), &["fault_unreachable"]).await;
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_a_large_one() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..100 {
        encoder.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let packed = encoder.finish().unwrap();
    assert!(packed.len() < LIMITS.body);
    ends_in(says(with_length(&format!("{XML}\r\nContent-Encoding: gzip"), &packed)), &["fault_too_large"]).await;
    let no_gzip = with_length(&format!("{XML}\r\nContent-Encoding: gzip"), b"plain");
    ends_in(says(no_gzip), &["fault_cut_off"]).await;
}

#[tokio::test]
async fn entities_that_expand() {
    let mut bomb = "<?xml version='1.0'?><!DOCTYPE d [<!ENTITY e0 'ha'>".to_owned();
    for n in 1..30 {
        bomb.push_str(&format!("<!ENTITY e{n} '&e{m};&e{m};'>", m = n - 1));
    }
    bomb.push_str("]><multistatus xmlns='DAV:'><response><href>/u/cal/&e29;</href></response></multistatus>");
    ends_in(says(with_length(XML, bomb.as_bytes())), &["fault_wrong_answer", "fault_item_missing"]).await;
    // And one that reads a file.
    let file = "<!DOCTYPE d [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><multistatus xmlns='DAV:'>&f;</multistatus>";
    ends_in(says(with_length(XML, file.as_bytes())), &["fault_wrong_answer", "fault_item_missing"]).await;
}

#[tokio::test]
async fn ten_thousand_levels() {
    let deep = format!("{OPEN}{}{}</d:multistatus>", "<a>".repeat(10_000), "</a>".repeat(10_000));
    ends_in(says(with_length(XML, deep.as_bytes())), &["fault_wrong_answer", "fault_item_missing"]).await;
}

#[tokio::test]
async fn a_tag_with_very_many_attributes() {
    // What would check each against each other one would not come to an end.
    let attributes: String = (0..60_000).map(|n| format!(" a{n}='x'")).collect();
    let body = format!(
        "{OPEN}<d:response><d:href>/u/cal/</d:href><d:propstat><d:prop><c:supported-calendar-component-set>\
         <c:comp{attributes}/></c:supported-calendar-component-set></d:prop></d:propstat></d:response>"
    );
    ends_in(says(with_length(XML, body.as_bytes())), &["fault_wrong_answer", "fault_item_missing"]).await;
}

#[tokio::test]
async fn wrong_lengths() {
    let body = format!("{OPEN}{}</d:multistatus>", listed("/u/cal/1.ics", "\"9\""));
    let head = |length: &str| format!("HTTP/1.1 {XML}\r\n{length}Connection: close\r\n\r\n{body}");
    let longer = head(&format!("Content-Length: {}\r\n", body.len() + 1));
    ends_in(says(longer), &["fault_cut_off"]).await;
    let shorter = head(&format!("Content-Length: {}\r\n", body.len() - 20));
    ends_in(says(shorter), &["fault_wrong_answer", "fault_item_missing"]).await;
    let no_number = head("Content-Length: many\r\n");
    ends_in(says(no_number), &["fault_unreachable"]).await;
    let two = head("Content-Length: 5\r\nContent-Length: 7\r\n");
    ends_in(says(two), &["fault_unreachable"]).await;
    let chunks = head("Transfer-Encoding: chunked\r\n");
    ends_in(says(chunks), &["fault_cut_off"]).await;
    // No length at all, and no last chunk: an end that only looks like one.
    let open = format!("HTTP/1.1 {XML}\r\n\r\n{}", &body[..body.len() - 5]);
    ends_in(says(open), &["fault_wrong_answer", "fault_item_missing"]).await;
    ends_in(says("not HTTP at all\r\n\r\n"), &["fault_unreachable"]).await;
}
