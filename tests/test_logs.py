import pytest

from buyreadiness.logs import mask_secret_links


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("GET /join/s3cr3t-token_x", "GET /join/…"),
        (
            "GET /accounts/password/reset/key/abc-def123/",
            "GET /accounts/password/reset/key/…/",
        ),
        ("POST /accounts/confirm-email/MQ:1wX:x_y/", "POST /accounts/confirm-email/…/"),
        ("GET /join", "GET /join"),
        ("GET /w/demo/members", "GET /w/demo/members"),
    ],
)
def test_the_log_masks_links_that_let_somebody_in(line, masked):
    assert mask_secret_links(None, "info", {"request": line}) == {"request": masked}


def test_a_request_for_an_invitation_leaves_no_secret_in_the_log(client, db, caplog):
    with caplog.at_level("INFO"):
        client.get("/join/a-very-secret-token")

    assert "a-very-secret-token" not in caplog.text
