use super::*;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn message<'a>(secrets: &'a [&'a str]) -> Message<'a> {
    Message {
        id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        sent_at: 1_649_367_553,
        body: r#"{"email":"test@example.com","username":"test_user"}"#,
        secrets,
    }
}

#[test]
fn the_official_librarys_example_has_the_official_signature() {
    let headers = headers(&message(&[SECRET])).unwrap();
    assert_eq!(headers["webhook-id"], "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk");
    assert_eq!(headers["webhook-timestamp"], "1649367553");
    assert_eq!(headers["webhook-signature"], "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    assert_eq!(headers.len(), 3);
}

#[test]
fn there_is_a_signature_with_each_secret_in_their_order() {
    let other = format!("whsec_{}", BASE64_STANDARD.encode([7; 32]));
    let both = signatures(&message(&[&other, SECRET])).unwrap();
    let each = [signatures(&message(&[&other])).unwrap(), signatures(&message(&[SECRET])).unwrap()];
    assert_eq!(both, each.join(" "));
    assert_ne!(each[0], each[1]);
}

#[test]
fn a_secret_has_its_prefix_and_24_to_64_bytes() {
    let secret = |bytes: usize| format!("whsec_{}", BASE64_STANDARD.encode(vec![1; bytes]));
    for (bytes, good) in [(0, false), (23, false), (24, true), (32, true), (64, true), (65, false)] {
        assert_eq!(headers(&message(&[&secret(bytes)])).is_ok(), good, "{bytes} bytes");
    }
    let bare = secret(32).replace("whsec_", "");
    for bad in ["", "whsec_", &bare, "whsec_%%%", "WHSEC_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"] {
        assert_eq!(headers(&message(&[bad])), Err(Failure::BadSecret), "{bad}");
    }
}

#[test]
fn no_message_is_signed_with_only_some_of_its_secrets() {
    assert_eq!(headers(&message(&[SECRET, "whsec_"])), Err(Failure::BadSecret));
    assert_eq!(headers(&message(&[])), Err(Failure::BadSecret));
}

#[test]
fn an_id_is_one_that_can_be_signed_and_sent() {
    for id in ["", "a.b", "a\nb", "a\r\nwebhook-signature: v1,x", "\0"] {
        assert_eq!(headers(&Message { id, ..message(&[SECRET]) }), Err(Failure::BadId), "{id:?}");
    }
}
