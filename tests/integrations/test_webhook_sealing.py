"""Secrets are sealed with the installation's own key, the earlier ones included."""

from typing import Any

import pytest

from integrations.webhooks.sealing import Unsealable, seal, unseal


def test_what_was_sealed_is_read_again(settings: Any):
    sealed = seal("whsec_x")

    assert "whsec_x" not in sealed
    assert unseal(sealed) == "whsec_x"
    assert seal("whsec_x") != sealed
    earlier, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 9
    with pytest.raises(Unsealable):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert unseal(sealed) == "whsec_x"
