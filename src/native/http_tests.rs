use std::io::Write;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use url::Url;

use super::*;

/// Answers one connection after the other with these bytes, and hands out what was asked.
async fn serve(answers: Vec<Vec<u8>>) -> (Url, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let asked = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            // The requests here are small, with a body that ends in a full stop.
            while !request.ends_with(b".") {
                let n = stream.read(&mut buffer).await.unwrap();
                request.extend_from_slice(&buffer[..n]);
            }
            asked.push(String::from_utf8(request).unwrap());
            stream.write_all(&answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        asked
    });
    (url, asked)
}

fn request(url: &Url) -> Request {
    let headers = vec![("Depth", "0".to_owned()), ("Authorization", "Basic x".to_owned())];
    Request { method: "PROPFIND", url: url.clone(), headers, body: b"body.".to_vec() }
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[tokio::test]
async fn a_redirect_is_handed_out() {
    let (url, _) = serve(vec![answer("301 Moved\r\nLocation: /there/", b"")]).await;
    let http = NativeHttp::new(None).unwrap();
    let response = http.send(request(&url)).await.unwrap();
    assert_eq!((response.status, response.header("location")), (301, Some("/there/")));
    assert_eq!(http.traffic().requests, BTreeMap::from([("PROPFIND".to_owned(), 1)]));
}

#[tokio::test]
async fn compressed_bodies_are_counted_as_they_came() {
    let text = "many words ".repeat(500);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let (url, _) = serve(vec![answer("200 OK\r\nContent-Encoding: gzip", &packed)]).await;
    let http = NativeHttp::new(None).unwrap();
    let response = http.send(request(&url)).await.unwrap();
    assert_eq!(response.body, text.as_bytes());
    let down = http.take_traffic().bytes_down as usize;
    assert!(down > packed.len() && down < packed.len() + 200, "{down}");
    assert_eq!(http.traffic(), Traffic::default());

    let (url, _) = serve(vec![answer("200 OK\r\nContent-Encoding: gzip", &packed[..packed.len() - 9])]).await;
    assert_eq!(http.send(request(&url)).await.unwrap_err().text.key, "fault_cut_off");
}

#[tokio::test]
async fn an_answer_cut_off_is_an_error() {
    let (url, _) = serve(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".to_vec()]).await;
    assert_eq!(NativeHttp::new(None).unwrap().send(request(&url)).await.unwrap_err().text.key, "fault_cut_off");
}

#[tokio::test]
async fn the_network_says_what_is_wrong() {
    let http = NativeHttp::new(None).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = Url::parse(&format!("http://{free}/")).unwrap();
    assert_eq!(http.send(request(&refused)).await.unwrap_err(), fault::refused("127.0.0.1"));
    let nowhere = Url::parse("http://no-such-host.invalid/").unwrap();
    assert_eq!(http.send(request(&nowhere)).await.unwrap_err(), fault::no_such_host("no-such-host.invalid"));
    assert!(NativeHttp::new(Some(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----")).is_err());
}
