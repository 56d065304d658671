use super::*;

fn texts(xml: &str) -> Result<Vec<String>, Fault> {
    read(xml.as_bytes(), |reader, _| {
        let mut out = Vec::new();
        reader.children(|reader, name| {
            if name.is(Ns::Dav, "t") {
                out.push(reader.text()?);
            }
            Ok(())
        })?;
        Ok(out)
    })
}

fn why(result: Result<Vec<String>, Fault>) -> String {
    result.expect_err("must be refused").text.args.remove(0)
}

#[test]
fn text_comes_as_it_was_meant_byte_for_byte() {
    let xml =
        "<r xmlns='DAV:'><t>a&#13;\nb&amp;&lt;c \r\n</t><t><![CDATA[<&amp;\r\n]]>x</t><t> y<u>no</u>z</t><t/></r>";
    assert_eq!(texts(xml).unwrap(), ["a\r\nb&<c \r\n", "<&amp;\r\nx", " yz", ""]);
}

#[test]
fn namespaces_count_not_prefixes() {
    let xml = "<x:r xmlns:x='DAV:' xmlns='urn:other'><t>no</t><x:t>yes</x:t><u xmlns='DAV:'><t>deeper</t></u></x:r>";
    assert_eq!(texts(xml).unwrap(), ["yes"]);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    assert_eq!(texts("\u{feff}<?xml version='1.0'?>\n<r xmlns='DAV:'><t>a</t></r>\n").unwrap(), ["a"]);
}

#[test]
fn entity_expansion_is_refused() {
    let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><r xmlns='DAV:'><t>&b;</t></r>";
    assert_eq!(why(texts(bomb)), "XML with a document type");
    assert_eq!(why(texts("<r xmlns='DAV:'><t>&b;</t></r>")), "XML with an unknown entity");
}

#[test]
fn a_depth_bomb_is_refused() {
    let deep = |n: usize| format!("<r xmlns='DAV:'>{}{}</r>", "<a>".repeat(n), "</a>".repeat(n));
    assert!(texts(&deep(DEPTH - 1)).is_ok());
    assert_eq!(why(texts(&deep(DEPTH))), "XML nested too deep");
    assert_eq!(why(texts(&format!("<r>{}", "<a>".repeat(100_000)))), "XML nested too deep");
}

#[test]
fn quirk_02_each_truncation_is_an_error() {
    let xml = "<?xml version='1.0'?><r xmlns='DAV:'><t>a&amp;b</t><!-- c --><t><![CDATA[d]]></t><e n='1'/></r>";
    for end in 0..xml.len() {
        assert!(texts(&xml[..end]).is_err(), "{}", &xml[..end]);
    }
    assert_eq!(texts(xml).unwrap(), ["a&b", "d"]);
}

#[test]
fn what_is_not_one_document_is_refused() {
    assert_eq!(why(texts("")), "an empty body instead of XML");
    assert_eq!(why(texts("login please")), "text that is not XML");
    assert_eq!(why(texts("<r xmlns='DAV:'/><r/>")), "XML with something after its end");
    assert!(texts("<r xmlns='DAV:'><t></r></t>").is_err());
    assert_eq!(read(b"<r>\xff</r>", |_, _| Ok(())).unwrap_err().text.args, ["XML that is not UTF-8"]);
}

#[test]
fn what_we_write_declares_what_it_uses_and_reads_back() {
    let written = document((Ns::Dav, "r"), |w| {
        w.text((Ns::Dav, "t"), "a<b>&\"c\u{1}");
        w.element((Ns::CalDav, "set"), |w| w.named((Ns::CalDav, "comp"), "V\"E"));
    });
    let text = String::from_utf8(written).unwrap();
    assert!(text.contains("xmlns:C=") && !text.contains("xmlns:A="), "{text}");
    assert_eq!(texts(&text).unwrap(), ["a<b>&\"c"]);
}
