"""Logging in to a registry through the demo Engine, by the SDK."""

from __future__ import annotations

import docker
import pytest
from docker.errors import APIError


def test_the_demo_user_is_let_in(api: docker.APIClient) -> None:
    answer = api.login("demo", "anything", registry="registry.lan:5000")
    assert answer["Status"] == "Login Succeeded"


@pytest.mark.parametrize(("user", "password"), [("demo", "wrong"), ("stranger", "anything")])
def test_anybody_else_is_not(api: docker.APIClient, user: str, password: str) -> None:
    with pytest.raises(APIError) as refused:
        api.login(user, password, registry="registry.lan:5000")
    assert refused.value.status_code == 401
    assert "registry.lan:5000/v2/" in refused.value.explanation
    assert "incorrect username or password" in refused.value.explanation
